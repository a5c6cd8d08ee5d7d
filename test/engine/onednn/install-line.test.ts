import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installLine } from '../../../src/engine/onednn/setup/install-line.js';

const conda = 'conda install -c conda-forge onednn-cpu-omp';

const systems: readonly (readonly [
  string,
  platform: string,
  release: string,
  line: string | RegExp,
])[] = [
  ['macOS', 'darwin', '', 'brew install onednn'],
  ['Windows', 'win32', '', conda],
  ['Fedora', 'linux', 'NAME="Fedora Linux"\nID=fedora\n', 'sudo dnf install onednn'],
  ['Debian', 'linux', 'ID=debian\n', /^sudo apt-get install libdnnl[\w.-]+$/],
  ['Ubuntu', 'linux', 'ID=ubuntu\nID_LIKE=debian\n', /^sudo apt-get install libdnnl/],
  ['Mint', 'linux', 'ID=linuxmint\nID_LIKE="ubuntu debian"\n', /^sudo apt-get install libdnnl/],
  ['Rocky', 'linux', 'ID="rocky"\nID_LIKE="rhel centos fedora"\n', conda],
  ['a system that does not tell', 'linux', '', conda],
];

for (const [name, platform, release, line] of systems)
  test(`what installs the library on ${name}`, async () => {
    const given = await installLine(platform, release);
    if (typeof line === 'string') assert.equal(given, line);
    else assert.match(given, line);
  });
