import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FakeApt, fakeAptPath } from './fake-apt.js';
import { commandLine, temporaryFolder, wick } from './run-wick.js';

const folder = temporaryFolder();
const PATH = fakeAptPath(join(folder, 'bin'));
const notLibrary = join(folder, 'text');
writeFileSync(notLibrary, 'not a library');

/** The machine's own library, which stands for one that is fetched. */
const machine = JSON.parse(
  wick(folder, ['doctor', '--json'], { WICK_ENGINE: 'onednn' }).out,
).engine;
const skip = machine.library === undefined && 'this machine has no library';

let caches = 0;

/** The environment of one `wick setup`, with an empty cache of its own. */
function surroundings(apt: FakeApt): Record<string, string> {
  const WICK_CACHE = join(folder, `cache-${++caches}`);
  return { PATH, WICK_CACHE, WICK_ENGINE: '', WICK_ONEDNN: '', ...apt };
}

/** Names in the cache of libraries; none where nothing was left. */
function cached({ WICK_CACHE = '' }: Record<string, string>): string[] {
  return existsSync(WICK_CACHE)
    ? readdirSync(WICK_CACHE, { recursive: true, encoding: 'utf8' }).sort()
    : [];
}

describe('wick setup --force', { skip }, () => {
  const env = surroundings({ FAKE_LIBRARY: machine.library?.path ?? '' });
  const { version = '' } = machine.library ?? {};

  test('fetches the newest library and what is missing, tries it, puts it into the cache', () => {
    const { code, out, err } = wick(folder, ['setup', '--force'], env);
    assert.equal(err, '');
    assert.equal(code, 0);
    const library = join(env.WICK_CACHE ?? '', 'onednn', version);
    const lines = out.split('\n');
    assert.deepEqual(lines.slice(0, 4), [
      'downloading libgomp1 12.2.0-14, libdnnl3.10 9.8-7',
      'trying it in a process of its own',
      `It works, and is in ${library}. Nothing else was changed: removing that folder undoes it.`,
      '',
    ]);
    assert.match(out, /^engine +onednn$/m);
    assert.match(out, /^bfloat16 +(yes|no: )/m);
    const row = lines.find((line) => line.startsWith('library '));
    assert.equal(row?.split(/ {2,}/)[1], `${version}, ${library}/libdnnl.so.2`);
    assert.deepEqual(cached(env), [
      'onednn',
      `onednn/${version}`,
      `onednn/${version}/libdnnl.so.2`,
    ]);
  });

  test('without --force the same library is found, and nothing is fetched', () => {
    const { code, out } = wick(folder, ['setup', '--json'], { ...env, PATH: join(folder, 'none') });
    assert.equal(code, 0);
    const { action, library, engine } = JSON.parse(out);
    assert.equal(action, 'found');
    assert.equal(library.path, join(env.WICK_CACHE ?? '', 'onednn', version, 'libdnnl.so.2'));
    assert.deepEqual(engine.library, library);
  });

  test('replaces what it fetched before', () => {
    const old = join(env.WICK_CACHE ?? '', 'onednn', version, 'old');
    writeFileSync(old, '');
    const { action, packages } = JSON.parse(wick(folder, ['setup', '--force', '--json'], env).out);
    assert.equal(action, 'fetched');
    assert.deepEqual(packages, [
      { name: 'libgomp1', version: '12.2.0-14' },
      { name: 'libdnnl3.10', version: '9.8-7' },
    ]);
    assert.deepEqual(cached(env), [
      'onednn',
      `onednn/${version}`,
      `onednn/${version}/libdnnl.so.2`,
    ]);
  });
});

describe('wick setup that fails says why, and leaves nothing', () => {
  const failing = (apt: FakeApt, env: Record<string, string> = {}) => {
    const all = { ...surroundings(apt), ...env };
    const { code, out, err } = wick(folder, ['setup', '--force'], all);
    assert.equal(code, 1);
    assert.deepEqual(cached(all), []);
    return { out, err };
  };

  test('no network', () => {
    const { err } = failing({
      FAKE_FAILURE: 'apt-get download',
      FAKE_COMPLAINT: "E: Failed to fetch a.deb  Temporary failure resolving 'a.org'\nE: Other",
    });
    assert.match(
      err,
      /^EngineError: wick setup: apt-get download libgomp1=12\.2\.0-14 libdnnl3\.10=9\.8-7 failed \(E: Failed to fetch a\.deb {2}Temporary failure resolving 'a\.org'\); nothing was changed\. To install it as root: .+\n$/,
    );
  });

  test('a full disk', () => {
    const { err } = failing({
      FAKE_FAILURE: 'dpkg-deb -x',
      FAKE_COMPLAINT: 'tar: a: Cannot write: No space left on device\ndpkg-deb: error: tar failed',
    });
    assert.match(err, /^EngineError: wick setup: dpkg-deb .* \(tar: a: Cannot .* left on device\)/);
  });

  test('a package whose library does not work', () => {
    const { err } = failing({ FAKE_LIBRARY: notLibrary });
    assert.match(err, /^EngineError: wick setup: onednn: .*; nothing was changed\. To install/);
  });

  test('no apt', () => {
    const { err } = failing({}, { PATH: join(folder, 'none') });
    assert.match(
      err,
      /^EngineError: wick setup: this system has no apt to fetch oneDNN with; install it: \S+ .+\n$/,
    );
  });

  test('lists that the system does not have are fetched first', () => {
    const { out } = failing({ FAKE_LISTS: 'none', FAKE_LIBRARY: notLibrary });
    assert.deepEqual(out.split('\n'), [
      'fetching package lists, into the cache: the system has none, or old ones',
      'downloading libgomp1 12.2.0-14, libdnnl3.10 9.8-7',
      'trying it in a process of its own',
      '',
    ]);
  });

  test('WICK_ONEDNN, which would hide what is fetched', () => {
    const { err } = failing({}, { WICK_ONEDNN: '/nowhere' });
    assert.equal(
      err,
      'EngineError: wick setup: WICK_ONEDNN is set, so that no other library is looked for: unset it or change it\n',
    );
    const found = wick(folder, ['setup'], { WICK_ONEDNN: '/nowhere' });
    assert.match(
      found.err,
      /^EngineError: wick setup: WICK_ONEDNN: \/nowhere does not exist; .*; WICK_ONEDNN is set,/,
    );
  });
});

test('what was fetched before stays when a new one does not work', () => {
  const env = surroundings({ FAKE_LIBRARY: notLibrary });
  const old = join(env.WICK_CACHE ?? '', 'onednn', '2.0.0', 'libdnnl.so.2');
  mkdirSync(join(old, '..'), { recursive: true });
  writeFileSync(old, 'old');
  assert.equal(wick(folder, ['setup', '--force'], env).code, 1);
  assert.equal(readFileSync(old, 'utf8'), 'old');
  assert.deepEqual(cached(env), ['onednn', 'onednn/2.0.0', 'onednn/2.0.0/libdnnl.so.2']);
});

test('Ctrl-C removes what was begun', async () => {
  const env = surroundings({ FAKE_SECONDS: '30' });
  const [program, ...args] = commandLine(['setup', '--force']);
  const child = spawn(program, args, { cwd: folder, env: { ...process.env, ...env } });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let err = '';
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  while (!cached(env).some((name) => name.endsWith('packages'))) await sleep(20);
  child.kill('SIGINT');
  assert.equal(await ended, 130);
  assert.equal(err, 'stopped (SIGINT): nothing was changed\n');
  assert.deepEqual(cached(env), []);
});
