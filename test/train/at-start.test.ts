/** What would be found after the first epoch only, or at the end, ends a training before its first step. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DataLoader } from '../../src/data/dataloader.js';
import type { Sample } from '../../src/data/dataset.js';
import { Checkpoint } from '../../src/train/callbacks/checkpoint.js';
import type { Batches } from '../../src/train/trainer-options.js';
import { NoiseDataset } from '../data/noise-dataset.js';
import { bitsOf, type SmallOptions, smallTraining } from './small-training.js';

/** Samples of `width` numbers, each with these labels: a class, or a number for each class. */
function held(labels: readonly (number | readonly number[])[], width = 3): Batches {
  const get = (index: number): Sample => {
    const label = labels[index] ?? 0;
    return [
      { shape: [width], dtype: 'float32', data: new Float32Array(width).fill(0.5) },
      typeof label === 'number'
        ? label
        : { shape: [label.length], dtype: 'float32', data: Float32Array.from(label) },
    ] as Sample;
  };
  return new DataLoader({ length: labels.length, get }, { batchSize: 2 }) as unknown as Batches;
}

async function refused(options: SmallOptions, expected: { name: string; message: RegExp }) {
  const { trainer, losses } = smallTraining(options);
  await assert.rejects(trainer.fit(), expected);
  assert.equal(losses.size, 0, 'no step was made');
}

const bad: readonly (readonly [what: string, loader: () => Batches, name: string, RegExp])[] = [
  [
    'pictures of several classes at once',
    () =>
      held([
        [0, 1, 0],
        [1, 1, 0],
      ]),
    'ValueError',
    /^labels: of a set to measure are \[2,3\], and those of sample 1 have a sum of 2, but accuracy .* metrics\.MultilabelScores$/,
  ],
  ['no samples', () => held([]), 'ValueError', /^Trainer: a set to measure gave no batch/],
  ['a class that the model has not', () => held([1, 3]), 'ValueError', /3/],
  ['samples of another size', () => held([1, 2], 4), 'ShapeError', /4/],
  [
    'a damaged file',
    () => new DataLoader(new NoiseDataset({ length: 9, damaged: [0] })) as unknown as Batches,
    'DataError',
    /^noise\/0\.jpg: .*not a JPEG/,
  ],
];

for (const [what, loader, name, message] of bad)
  for (const split of ['valLoader', 'testLoader'] as const)
    test(`${split} with ${what}`, () => refused({ [split]: loader() }, { name, message }));

test('what no checkpoint could hold', async () => {
  const saves = () => new Checkpoint('nowhere/state.safetensors');
  const named = { stateKey: 'a', stateDict: () => ({}) };
  await refused(
    { callbacks: [saves()], scheduler: { step: () => undefined } },
    { name: 'ValueError', message: /^Trainer: the scheduler has no stateDict\(\)/ },
  );
  await refused(
    { callbacks: [saves(), named, named] },
    {
      name: 'ValueError',
      message: /^Trainer: two callbacks have the stateKey 'a'; give each its own$/,
    },
  );
  await refused(
    { callbacks: [saves(), { stateDict: () => ({}) }] },
    { name: 'ValueError', message: /^Trainer: a callback has stateDict\(\) but no stateKey/ },
  );
  const { trainer } = smallTraining({ epochs: 1, callbacks: [named, named] });
  assert.equal((await trainer.fit()).epochs, 1, 'without checkpoints nobody needs it');
});

test('what is good is trained as if nobody had looked', async () => {
  const shown = smallTraining({ epochs: 2 });
  await shown.trainer.fit();
  const hidden = smallTraining({ epochs: 2 });
  for (const loader of [hidden.held.valLoader, hidden.held.testLoader])
    Object.defineProperty(loader, 'peek', { value: undefined });
  await hidden.trainer.fit();
  assert.deepEqual(bitsOf(shown.model.stateDict()), bitsOf(hidden.model.stateDict()));
  assert.deepEqual(shown.epochs, hidden.epochs);
});
