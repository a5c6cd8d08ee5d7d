// Trains one epoch on each of the real data sets that are in the data cache, evaluates the run, and takes a few eager
// steps: the way from files to a finished run, on full sizes. Too long for the test suite.
//
//   npm run verify:recipes -- [--only NAME,NAME] [--workers N] [--engine E]

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    workers: { type: 'string' },
    engine: { type: 'string', default: 'wasm' },
    dist: { type: 'string', default: 'dist' },
  },
});
const main = fileURLToPath(new URL(`../${options.dist}/src/cli/main.js`, import.meta.url));
const datasets = join(process.env.WICK_CACHE || join(homedir(), '.cache/wick'), 'datasets');

/** What is trained, where its files are, and the test accuracy that one epoch must reach (chance and a bit). */
const cases = [
  { name: 'cifar10', files: 'cifar-10-batches-bin', atLeast: 0.45 },
  { name: 'fer2013', files: 'fer2013', atLeast: 0.3 },
  { name: 'sneakers', files: 'shoes', atLeast: 0.5 },
  { name: 'food', files: 'food3', atLeast: 0.3 },
  { name: 'folder', files: 'shoes', folder: join(datasets, 'shoes'), atLeast: 0.5 },
];

const work = mkdtempSync(join(tmpdir(), 'wick-verify-'));
let failed = 0;
try {
  for (const task of cases) {
    if (options.only !== undefined && !options.only.split(',').includes(task.name)) continue;
    if (existsSync(join(datasets, task.files))) verify(task);
    else console.log(`${task.name}: skipped, ${join(datasets, task.files)} is not there`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;

function verify({ name, folder, atLeast }) {
  const data = folder ?? name;
  const run = join(work, name);
  const common = ['--engine', options.engine, '--json'];
  const loading = options.workers === undefined ? [] : ['--workers', options.workers];
  const [start, epoch, end] = wick([
    'train',
    data,
    '--epochs',
    '1',
    '--out',
    run,
    ...loading,
    ...common,
  ]);
  const [evaluation] = wick(['evaluate', run, ...common]);
  const eager = ['--limit', '64', '--batch-size', '16', '--no-compile', '--out', `${run}-eager`];
  const [, eagerEpoch] = wick(['train', data, '--epochs', '1', ...eager, ...common]);

  const problems = [];
  if (start === undefined || epoch === undefined || end === undefined) problems.push('no epoch');
  if (!(epoch?.test.accuracy >= atLeast)) problems.push(`accuracy below ${atLeast}`);
  if (!(Math.abs(evaluation?.loss - epoch?.test.loss) <= 1e-3 * epoch?.test.loss))
    problems.push(`evaluate finds loss ${evaluation?.loss}, training found ${epoch?.test.loss}`);
  if (!Number.isFinite(eagerEpoch?.train.loss)) problems.push('no eager epoch');
  if (problems.length > 0) failed++;
  const percent = (share) => `${(100 * share).toFixed(1)} %`;
  console.log(
    `${name}: ${start?.model} on ${start?.inputShape?.join('×')}, ${evaluation?.samples} test images, ` +
      `accuracy ${percent(epoch?.test.accuracy)}, ${Math.round(epoch?.imagesPerSecond)} images/s, ` +
      `waiting for data ${percent(epoch?.waitShare)}; ` +
      (problems.length === 0 ? 'ok' : `FAILED: ${problems.join('; ')}`),
  );
}

/** The JSON lines that a command prints; none, with its message shown, when it fails. */
function wick(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) {
    console.error(`wick ${args.join(' ')}: ${stderr.trim()}`);
    return [];
  }
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
