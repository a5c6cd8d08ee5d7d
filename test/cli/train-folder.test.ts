import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fillFolder } from '../recipes/picture-folder.js';
import { requireRefused, temporaryFolder, wick, wickAgain } from './run-wick.js';

const folder = temporaryFolder();
const short = ['--epochs', '1', '--image-size', '8'];

before(async () => {
  await fillFolder(join(folder, 'photos'), { green: 20, red: 20 });
});

test('a folder of pictures becomes a model that names them', async () => {
  const train = ['train', 'photos', '--epochs', '3', '--image-size', '8', '--batch-size', '8'];
  const { code, out, err } = wick(folder, [...train, '--seed', '0']);
  assert.equal(code, 0, err);
  assert.match(
    out,
    /^photos: 32 training and 8 test images, 2 classes; engine \w+, \d+ threads?\ncifarCnn on 3×8×8, adam lr 0\.001, ×0\.5 when the test loss stays for 3 epochs,\n {2}batches of 8, seed 0\nnote: photos has no test part: 8 pictures of it are kept for testing\nEpoch: 1, /,
  );
  const run = join('runs', 'photos-1');
  const evaluation = JSON.parse((await wickAgain(folder, ['evaluate', run, '--json'])).out);
  const summary = JSON.parse(readFileSync(join(folder, run, 'summary.json'), 'utf8'));
  assert.ok(Math.abs(evaluation.loss - summary.best.loss) < 1e-4);
  assert.equal(evaluation.samples, 8);

  const images = ['photos/green/0.png', 'photos/red/0.png'];
  const predicted = await wickAgain(folder, ['predict', run, ...images, '--json']);
  const lines = predicted.out.trim().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).predictions[0].label),
    ['green', 'red'],
  );
  assert.match((await wickAgain(folder, ['summary', run])).out, /^CifarCNN +\[1,3,8,8\] +\[1,2\]/m);
});

test('evaluate --calibrate tells the temperature, and what it does on the test set', async () => {
  const train = [
    'train',
    'photos',
    ...short,
    '--seed',
    '0',
    '--out',
    'held',
    '--val-split',
    '0.25',
    '--no-report',
  ];
  assert.equal((await wickAgain(folder, train)).code, 0);
  const { code, out, err } = await wickAgain(folder, ['evaluate', 'held', '--calibrate']);
  assert.equal(code, 0, err);
  const flat = out.replaceAll('\n  ', ' ');
  assert.match(
    flat,
    /^held: temperature [\d.]+ by 8 validation images, whose calibration error goes from [\d.]+% to [\d.]+%; it is kept in model\.json\nheld: test accuracy .* calibration error [\d.]+% \([\d.]+% without the temperature of [\d.]+\)/,
  );
  const { temperature, calibration } = JSON.parse(
    (await wickAgain(folder, ['evaluate', 'held', '--json'])).out,
  );
  assert.ok(temperature > 0);
  assert.equal(calibration, undefined, 'it is fitted where that is asked for');
  const refused = await wickAgain(folder, ['evaluate', join('runs', 'photos-1'), '--calibrate']);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /photos-1: was trained without a validation part, .*--val-split 0\.1/);
});

test('--json tells recipe, model and notes', () => {
  const { out } = wick(folder, [
    'train',
    './photos',
    ...short,
    '--limit',
    '8',
    '--workers',
    '1',
    '--json',
    '--no-report',
  ]);
  const [start, epoch, end] = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(start.recipe, 'folder');
  assert.equal(start.model, 'cifarCnn');
  assert.equal(start.settings.loader.workers, 1);
  assert.equal(start.notes.length, 1);
  assert.ok(epoch.waitShare >= 0 && epoch.waitShare <= 1);
  assert.deepEqual(end.skipped, []);
  assert.equal(end.steps, 1);
});

test('one damaged file among 500 stops the run with its name, or is left out and listed', async () => {
  const bad = await fillFolder(join(folder, 'bad'), { green: 250, red: 250 });
  writeFileSync(join(bad, 'red', '0.png'), 'damaged');
  const train = ['train', 'bad', ...short, '--seed', '1', '--no-report'];
  const stopped = wick(folder, [...train, '--out', 'stopped']);
  assert.equal(stopped.code, 1, stopped.err);
  assert.match(stopped.err, /^DataError: bad\/red\/0\.png: sample \d+: /m);
  const skipped = await wickAgain(folder, [...train, '--out', 'skipped', '--on-error', 'skip']);
  assert.equal(skipped.code, 0, skipped.err);
  assert.match(
    skipped.out,
    /^1 file was left out:\n {2}bad\/red\/0\.png: sample \d+: not a PNG \(starts with 64 61 6d 61\)\n\n/m,
  );
});

test('mistakes are named before anything is made', async () => {
  const mistakes = [
    ['train ./fotos', 1, /^DataError: \.\/fotos: there is no such folder$/m],
    ['train photos --model vgg', 2, /Allowed choices are mnistCnn, cifarCnn, /],
    [
      'train digits --image-size 64',
      1,
      /^ValueError: digits: --image-size 64, but its pictures are 28×28/m,
    ],
    [
      'train photos --image-size 4',
      1,
      /^ValueError: CifarCNN: --image-size 4 must be a whole number ≥ 8/m,
    ],
  ] as const;
  await requireRefused(
    folder,
    mistakes.map(([line, code, says]) => [
      [...line.split(' '), '--epochs', '1', '--out', 'mistaken'],
      code,
      says,
    ]),
  );
  assert.ok(!existsSync(join(folder, 'mistaken')));
});
