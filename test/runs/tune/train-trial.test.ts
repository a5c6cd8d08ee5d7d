import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import '../../../src/ops/index.js';
import { trainTrial } from '../../../src/runs/tune/train-trial.js';
import { temporaryFolder } from '../../vision/datasets/temporary-folder.js';

test('a trial that was killed after its last epoch, before that was written down, trains no further', async (t) => {
  const run = join(await temporaryFolder(t), 'run');
  const request = {
    ...{ run, data: 'digits', epochs: 1, metric: 'accuracy' as const, workers: 0 },
    layer: { data: { limit: 40 }, split: { val: 0.2 }, epochs: 3, seed: 1 },
    engine: { engine: 'wasm', threads: 1, winograd: true }, // the process applies it
  };
  const files = () =>
    Promise.all(
      ['metrics.jsonl', 'steps.jsonl', 'checkpoints/last.safetensors'].map((file) =>
        readFile(join(run, file)),
      ),
    );
  const first = await trainTrial(request);
  assert.equal(first.state, 'done');
  const before = await files();
  await rm(join(run, 'summary.json'));
  assert.deepEqual(await trainTrial(request), first);
  assert.deepEqual(await files(), before);
  const summary = JSON.parse(await readFile(join(run, 'summary.json'), 'utf8'));
  assert.deepEqual([summary.epochs, summary.interrupted], [1, false]);
  const epochs: number[] = [];
  const whole = { ...request, epochs: 3 };
  const ended = await trainTrial(whole, { onEpoch: ({ epoch }) => void epochs.push(epoch) });
  assert.equal(ended.state, 'done');
  assert.deepEqual(epochs, [2, 3], 'it goes on when it is to be trained further');
});
