import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import '../../../src/ops/index.js';
import { resumeTune, type TuneOptions, tune } from '../../../src/runs/tune/tune.js';
import { temporaryFolder } from '../../vision/datasets/temporary-folder.js';

const batches = { batchSize: [8, 16] };
const refused: readonly (readonly [options: TuneOptions, message: RegExp])[] = [
  [{}, /^tune: no setting is to be searched, some are required: /],
  [
    { search: { 'optimizer.lrr': { log: [0.1, 1] } } },
    /^optimizer\.lrr: is no setting; did you mean optimizer\.lr\?$/,
  ],
  [
    { search: { batchSize: { uniform: [1, 20] } } },
    /^batchSize: given 14\.\d+, a whole number from 1 /,
  ],
  [
    { search: { 'optimizer.lr': { log: [1, 1e9] } } },
    /^optimizer\.lr: given 1000000000, a number above 0 /,
  ],
  [
    { search: { 'optimizer.momentum': { uniform: [0, 0.9] } } },
    /^optimizer\.momentum: adam has no such setting, only sgd and rmsprop have/,
  ],
  [{ search: { 'optimizer.lr': { log: [0, 1] } } }, /^optimizer\.lr: given log from 0, a range/],
  [{ search: { a: { lin: [0, 1] } as never } }, /^a: given \{"lin":\[0,1\]\}, one of \{ log:/],
  [{ search: [] as never }, /^tune: search=\[\] must be settings by their keys$/],
  [
    { grid: { 'split.val': [0.1, 0.2] } },
    /^split\.val: .*would change what trials are measured on$/,
  ],
  [{ grid: { seed: [1, 2] } }, /^seed: cannot be searched: .*seeds=3 trains each trial/],
  [{ grid: { batchSize: [] } }, /^batchSize: given \[\], a list of values is required/],
  [{ grid: { batchSize: ['a'] } }, /^batchSize: given "a", a whole number from 1/],
  [
    { grid: batches, search: { batchSize: { int: [1, 4] } } },
    /^batchSize: is searched and in the grid; one of both is required$/,
  ],
  [{ grid: batches, trials: 1 }, /^tune: trials=1 of a grid of 2 combinations leave some untried/],
  [{ grid: batches, trials: 0 }, /^tune: trials=0 must be a whole number from 1 to 10,000$/],
  [{ grid: batches, seeds: 1.5 }, /^tune: seeds=1\.5 must be a whole number from 1 to 100$/],
  [{ grid: batches, jobs: 0 }, /^tune: jobs=0 must be a whole number from 1 to 256$/],
  [{ grid: batches, budget: '3x' }, /^tune: budget="3x" must be seconds above 0, or with a unit/],
  [
    { grid: batches, halving: true, settings: { epochs: 1 } },
    /^tune: halving needs more epochs than the 1 of its first rung, 1 are given/,
  ],
  [
    { grid: { epochs: [1, 2] }, halving: true },
    /^epochs: cannot be searched: successive halving decides on epochs$/,
  ],
  [{ grid: batches, sampler: 'grid' as never }, /^tune: sampler='grid' must be one of tpe, random/],
];

test('what cannot be searched is refused before anything is written', async (t) => {
  const out = join(await temporaryFolder(t), 'study');
  for (const [options, message] of refused) {
    const settings = { data: { limit: 60 }, seed: 0, ...options.settings };
    await assert.rejects(tune('digits', { ...options, settings, out }), {
      name: 'ValueError',
      message,
    });
    assert.ok(!existsSync(out));
  }
});

test('a folder that is no study cannot be gone on with', async (t) => {
  const folder = await temporaryFolder(t);
  await assert.rejects(resumeTune(folder), {
    name: 'DataError',
    message: `${folder}: is no study: study.json is missing; wick tune makes one`,
  });
});
