import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadSafetensors } from '../../src/io/safetensors.js';
import { ModelCheckpoint } from '../../src/train/callbacks/model-checkpoint.js';
import { WeightAveraging } from '../../src/train/callbacks/weight-averaging.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';
import { bitsOf, smallTraining } from './small-training.js';

test('weights of every second epoch are kept, as they are then', async (t) => {
  const folder = await temporaryFolder(t);
  const seen: Record<string, string>[] = [];
  const { trainer, model } = smallTraining({
    epochs: 5,
    callbacks: [
      new ModelCheckpoint(folder, { everyEpochs: 2 }),
      { onEpoch: () => void seen.push(bitsOf(model.stateDict())) },
    ],
  });
  await trainer.fit();
  assert.deepEqual((await readdir(folder)).sort(), [
    'epoch-0002.safetensors',
    'epoch-0004.safetensors',
  ]);
  for (const epoch of [2, 4]) {
    const { tensors, metadata } = await loadSafetensors(
      join(folder, `epoch-000${epoch}.safetensors`),
    );
    assert.deepEqual(bitsOf(new Map([...tensors].sort())), sorted(seen[epoch - 1]));
    assert.equal(metadata.epoch, String(epoch));
  }
});

const sorted = (record: Record<string, string> = {}) =>
  Object.fromEntries(Object.entries(record).sort());

test('of the best epochs so many are kept, also over a resume', async (t) => {
  const folder = await temporaryFolder(t);
  const losses: number[] = [];
  const options = () => ({
    callbacks: [
      new ModelCheckpoint(folder, { saveTopK: 2, monitor: 'loss' }),
      { onEpoch: ({ heldOut }: { heldOut: { loss: number } }) => void losses.push(heldOut.loss) },
    ],
  });
  const first = smallTraining({ epochs: 3, ...options() });
  await first.trainer.fit();
  const state = await first.trainer.stateDict();
  await smallTraining({ epochs: 6, ...options() }).trainer.fit({ resume: state });
  assert.equal(losses.length, 6);
  const best = losses
    .map((loss, i) => ({ loss, name: `epoch-000${i + 1}.safetensors` }))
    .sort((a, b) => a.loss - b.loss)
    .slice(0, 2);
  assert.deepEqual((await readdir(folder)).sort(), best.map(({ name }) => name).sort());
});

test('after WeightAveraging it keeps the averages', async (t) => {
  const folder = await temporaryFolder(t);
  const averaging = new WeightAveraging({ decay: 0.5 });
  const callbacks = [averaging, new ModelCheckpoint(folder)];
  await smallTraining({ epochs: 1, callbacks }).trainer.fit();
  const { tensors } = await loadSafetensors(join(folder, 'epoch-0001.safetensors'));
  const { tensors: averages = new Map() } = await averaging.stateDict();
  assert.deepEqual(sorted(bitsOf(tensors)), sorted(bitsOf(averages)));
});
