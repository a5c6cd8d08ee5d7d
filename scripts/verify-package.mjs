// Packs wick and uses it from an empty project, as somebody who installed it does: types, an import, a training, a prediction.
//
//   node scripts/verify-package.mjs [--install]
//
// --install   npm installs the tarball with its dependencies; otherwise they are linked from node_modules here, which needs no network

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

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

  checkTypes();
  run(process.execPath, [main, 'doctor']);
  const training = ['train', 'digits', '--epochs', '1', '--limit', '200', '--seed', '1'];
  run(process.execPath, [main, ...training]);
  run(process.execPath, [main, 'evaluate', 'runs/digits-1']);
  run(process.execPath, ['main.js']);
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

/** A program in TypeScript, checked and compiled by the types that are in the package. */
function checkTypes() {
  writeFileSync(
    join(project, 'main.ts'),
    `import { compile, nn, noGrad, report, tensor, type Tensor, vision, zeros } from 'wick';
import { TensorDataset } from 'wick/data';
import { loadSafetensors } from 'wick/io';
import { Accuracy } from 'wick/metrics';
import { Linear, type Module } from 'wick/nn';
import { Adam } from 'wick/optim';
import { summary } from 'wick/report';
import { evaluate, type Evaluation } from 'wick/runs';
import { Trainer } from 'wick/train';
import { models } from 'wick/vision';

const model = vision.models.mnistCnn({ numClasses: 10 });
const classify = compile((x: Tensor) => noGrad(() => model(x)));
const y: Tensor = classify(zeros(1, 1, 28, 28));
const loss = new nn.CrossEntropyLoss()(y, tensor([3], { dtype: 'int32' }));
const scores = { loss: loss.item(), accuracy: 0.5 };
console.log(report.formatSummary(report.summarize(model, [1, 1, 28, 28])).length, scores);
const layer: Module = new Linear(2, 1);
const optimizer = new Adam(layer.parameters());
const mean: number = new nn.Linear(2, 1).weight.mean().item();
const { accuracy }: Evaluation = await evaluate('runs/digits-1');
const known = [TensorDataset, loadSafetensors, Accuracy, summary, Trainer, models.resnet18];
console.log(layer instanceof nn.Linear, optimizer.lr, mean < 1, accuracy > 0, known.length);
`,
  );
  const strict = [
    '--strict',
    '--skipLibCheck',
    'false',
    '--target',
    'es2023',
    '--module',
    'nodenext',
  ];
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules', '@types')];
  run(process.execPath, [
    join(root, 'node_modules/typescript/bin/tsc'),
    ...strict,
    ...types,
    'main.ts',
  ]);
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
