import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import {
  commandLine,
  type Outcome,
  temporaryFolder,
  wick,
  wickAgain,
  wickEach,
} from './run-wick.js';

const folder = temporaryFolder();

/** Each mistake with its exit code and what the message must say. */
const mistakes: readonly (readonly [args: string, code: number, message: RegExp])[] = [
  ['trian digits', 2, /unknown command 'trian'\n\(Did you mean train\?\)/],
  ['train', 2, /missing required argument 'data'/],
  [
    'train digit',
    1,
    /^ValueError: digit: is no data set that wick knows; known are digits, .*; did you mean digits\?$/m,
  ],
  [
    'train digits --epohcs 3',
    2,
    /unknown option '--epohcs'\n\(Did you mean --epochs\?\)\n\(wick train --help lists its options\)/,
  ],
  [
    'train digits --epochs 0',
    2,
    /'--epochs <n>' argument '0' is invalid. a whole number from 1 to 100,000 is required/,
  ],
  [
    'train digits --batch-size 2.5',
    2,
    /'2.5' is invalid. a whole number from 1 to 65,536 is required/,
  ],
  [
    'train digits --lr fast',
    2,
    /'fast' is invalid. a number above 0 and up to 1,000,000 is required, such as 0.01 or 1e-3/,
  ],
  ['train digits --optimizer adamax', 2, /Allowed choices are sgd, adam, adamw, rmsprop/],
  ['train digits --threads 1000', 2, /'1000' is invalid. a whole number from 1 to 256 is required/],
  ['train digits --workers 1000', 2, /'1000' is invalid. a whole number from 0 to 256 is required/],
  ['train digits --engine cuda', 2, /Allowed choices are native, wasm, reference/],
  [
    'evaluate runs/none',
    1,
    /^DataError: runs\/none: cannot be opened \(ENOENT: no such file or directory\); wick train makes one$/m,
  ],
  [
    'train digits --data /nowhere',
    1,
    /^ValueError: digits: --data '\/nowhere', but its pictures come with wick; leave it out$/m,
  ],
  [
    'data preview digits --rows 100 --columns 100 --cell 1024',
    1,
    /^ValueError: preview: 100 × 100 pictures of 1024 pixels are \d+ megapixels, at most 100 are drawn; ask for fewer or smaller ones$/m,
  ],
  ['data inspekt', 2, /unknown command 'inspekt'\n\(Did you mean inspect\?\)\n\(wick data --help/],
  ['predict runs/none x.png', 1, /^DataError: runs\/none: cannot be opened/m],
  ['summary nothing', 1, /^DataError: nothing: cannot be opened/m],
];

let outcomes: Outcome[] = [];
before(async () => {
  outcomes = await wickEach(
    folder,
    mistakes.map(([args]) => args.split(' ')),
  );
});

mistakes.forEach(([args, required, message], i) => {
  test(`wick ${args}`, () => {
    const { code, out, err } = outcomes[i] ?? { code: null, out: '', err: '' };
    assert.match(err, message);
    assert.equal(code, required);
    assert.equal(out, '');
    assert.ok(!err.includes('    at '), 'a stack is shown only with --verbose');
  });
});

test('a process has the exit code', () => {
  assert.equal(wick(folder, ['train', 'digits', '--epohcs', '3']).code, 2);
  assert.equal(wick(folder, ['train', 'digit']).code, 1);
});

test('a mistake leaves nothing behind', () => {
  assert.deepEqual(readdirSync(folder), []);
});

test('the stack is shown with --verbose', async () => {
  assert.match((await wickAgain(folder, ['--verbose', 'train', 'digit'])).err, /\n {4}at /);
});

test('an engine of another name in the environment is an error that names the right ones', () => {
  const { code, err } = wick(folder, ['train', 'digits'], { WICK_ENGINE: 'cuda' });
  assert.equal(code, 1);
  assert.match(err, /^EngineError: WICK_ENGINE: .*cuda.*wasm.*reference/m);
});

test('a loss that is no number ends the run, says what to do, and removes the empty run', () => {
  const args = 'train digits --lr 1e6 --optimizer sgd --batch-size 50 --epochs 1 --seed 0'.split(
    ' ',
  );
  const { code, err } = wick(folder, args);
  assert.match(
    err,
    /^NotFiniteError: Trainer: the loss is (NaN|Infinity) at epoch 1, batch \d+ of 100 \(lr 1000000\); .*\nNothing is kept of this run: what it had written to runs\/digits-1 is removed\.$/m,
  );
  assert.equal(code, 1);
  assert.deepEqual(readdirSync(join(folder, 'runs')), []);
});

test('--out must be empty, and what is in it stays', async () => {
  const out = join(folder, 'mine');
  mkdirSync(out);
  writeFileSync(join(out, 'notes.txt'), 'keep');
  const { code, err } = await wickAgain(folder, ['train', 'digits', '--out', 'mine']);
  assert.match(
    err,
    /^DataError: mine: holds 1 files already \(notes.txt, …\), a new run needs an empty folder; choose another: --out FOLDER$/m,
  );
  assert.equal(code, 1);
  assert.deepEqual(readdirSync(out), ['notes.txt']);
});

test('data that are nowhere: every place is named, and nothing is made', async () => {
  const { code, err } = await wickAgain(folder, ['train', 'mnist', '--data', 'nowhere']);
  assert.match(
    err,
    /^DataError: .*no MNIST here; looked at nowhere \(does not exist\), .*put train-images-idx3-ubyte.gz/m,
  );
  assert.equal(code, 1);
  assert.ok(!existsSync(join(folder, 'nowhere')));
});

test('starts where no more than 64 files may be open', {
  skip: process.platform === 'win32',
}, () => {
  const run = ['-c', 'ulimit -n 64 && exec "$@"', 'sh', ...commandLine(['summary', 'mnist'])];
  const { status, stderr } = spawnSync('sh', run, { encoding: 'utf8', timeout: 60_000 });
  assert.equal(stderr, '');
  assert.equal(status, 0);
});

test('under --json an error is one JSON object on stderr, and stdout is empty', async () => {
  for (const [args, code, expected] of [
    ['evaluate runs/none --json', 1, { name: 'DataError', subject: 'runs/none' }],
    ['train digits --json --data x', 1, { name: 'ValueError', subject: 'digits' }],
    ['train digits --json --epohcs 3', 2, { name: 'UsageError' }],
    ['data preview --json', 2, { name: 'UsageError' }],
    ['trian --json', 2, { name: 'UsageError' }],
  ] as const) {
    const outcome = await wickAgain(folder, args.split(' '));
    assert.equal(outcome.out, '', args);
    assert.equal(outcome.code, code, args);
    const { error, ...rest } = JSON.parse(outcome.err);
    const { message, ...facts } = error;
    assert.deepEqual(facts, expected, args);
    assert.ok(message.length > 10, args);
    assert.deepEqual(rest, {});
    assert.equal(outcome.err.split('\n').length, 2, args);
  }
});
