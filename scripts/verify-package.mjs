// Packs wick and uses it from an empty project, as somebody who installed it does: types, an import, a training, a prediction; servers
// and pages, built by tsx, esbuild and Vite.
//
//   node scripts/verify-package.mjs [--install]
//
// --install   npm installs the tarball with its dependencies, and the tools of scripts/consumers; otherwise dependencies are linked
//             from node_modules here, which needs no network, and tools are used where they are

import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  buildWithEsbuild,
  buildWithVite,
  nodeAnswer,
  tryPage,
  writePage,
} from './consumers/pages.mjs';
import { tryServers } from './consumers/servers.mjs';
import { checkTypes } from './consumers/types.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'wick-package-'));
process.chdir(root);
try {
  const tarball = pack();
  writeFileSync(
    join(project, 'package.json'),
    '{ "name": "photos", "private": true, "type": "module" }\n',
  );
  if (process.argv.includes('--install'))
    run('npm', ['install', '--no-audit', '--no-fund', tarball]);
  else link(tarball);
  const wick = join(project, 'node_modules', 'wick');
  const main = join(wick, JSON.parse(readFileSync(join(wick, 'package.json'), 'utf8')).bin.wick);

  const tools = findTools();
  console.log(checkTypes(project, root, run));
  run(process.execPath, [main, 'doctor']);
  const training = ['train', 'digits', '--epochs', '1', '--limit', '200', '--seed', '1'];
  run(process.execPath, [main, ...training]);
  run(process.execPath, [main, 'evaluate', 'runs/digits-1']);
  run(process.execPath, ['main.js']);
  run(process.execPath, [main, 'export', 'runs/digits-1', '--out', 'model.wick']);
  console.log(await tryServers(project, tools, join(root, 'assets/seven.png'), run));
  writePage(project);
  const { stdout: told } = spawn(
    process.execPath,
    ['--input-type=module', '--eval', nodeAnswer],
    project,
  );
  const expected = JSON.parse(told);
  console.log(await tryPage('esbuild', await buildWithEsbuild(project, wick), expected));
  if (tools !== null) {
    console.log(await tryPage('Vite', buildWithVite(project, tools, run), expected));
    lintPackage(tools, tarball);
  }
  checkRooms(JSON.parse(readFileSync(join(wick, 'package.json'), 'utf8')).exports);
  const { stdout } = spawnSync('du', ['-sm', join(wick)], { encoding: 'utf8' });
  console.log(
    `the package works from an empty project${stdout && `; it takes ${parseInt(stdout, 10)} MB`}`,
  );
} finally {
  rmSync(project, { recursive: true, force: true });
}

function pack() {
  const { stdout } = spawn(
    'npm',
    ['pack', '--ignore-scripts', '--pack-destination', project],
    root,
  );
  return join(project, stdout.trim().split('\n').at(-1));
}

/** What npm install would do, with the dependencies that are here. */
function link(tarball) {
  const wick = join(project, 'node_modules', 'wick');
  mkdirSync(wick, { recursive: true });
  run('tar', ['-xzf', tarball, '-C', wick, '--strip-components=1']);
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const to = join(project, 'node_modules', name);
    mkdirSync(dirname(to), { recursive: true });
    symlinkSync(resolve('node_modules', name), to, 'junction');
  }
}

/** Where tsx, Vite and the like are, which npm ci --prefix scripts/consumers brings; null where they are not. */
function findTools() {
  const folder = join(root, 'scripts/consumers');
  if (process.argv.includes('--install'))
    spawn('npm', ['ci', '--no-audit', '--no-fund', '--prefix', folder], root);
  const tools = join(folder, 'node_modules');
  if (existsSync(tools)) return tools;
  console.log('not tried: tsx, Vite, publint, attw; npm ci --prefix scripts/consumers brings them');
  return null;
}

/** What publint and attw say of the package. */
function lintPackage(tools, tarball) {
  const publint = join(tools, 'publint/src/cli.js');
  run(process.execPath, [publint, tarball, '--strict', '--level', 'warning']);
  const attw = join(tools, '@arethetypeswrong/cli/dist/index.js');
  spawn(process.execPath, [attw, tarball, '--profile', 'esm-only'], project);
  console.log('publint and attw: no problems');
}

/** Every room imported alone, in a process of its own: its tensors have their methods, and it is wick's own. */
function checkRooms(exports) {
  const rooms = Object.keys(exports).filter((name) => /^\.\/(?!browser|package)/.test(name));
  for (const room of rooms) {
    const name = room.slice(2);
    const source = `import * as room from 'wick/${name}';
${name === 'nn' ? 'if (new room.Linear(2, 1).weight.mul(0).sum().item() !== 0) throw new Error();' : ''}
import * as wick from 'wick';
if (wick.${name} !== room) throw new Error('wick/${name} is another module than wick.${name}');
`;
    run(process.execPath, ['--input-type=module', '--eval', source]);
  }
  console.log(
    `rooms by their own names: ${rooms.map((name) => `wick${name.slice(1)}`).join(', ')}`,
  );
}

function run(program, args) {
  const { stdout } = spawn(program, args, project);
  if (stdout !== '') console.log(stdout.trimEnd());
}

function spawn(program, args, cwd) {
  const result = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  if (result.status === 0) return result;
  throw new Error(
    `${program} ${args.join(' ')}: ${result.status}\n${result.stdout}\n${result.stderr}`,
  );
}
