/** Lints of what a network gives, and of what it is measured on: each fires on its mistake alone. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  data,
  manualSeed,
  nn,
  noGrad,
  optim,
  runs,
  tensor,
  train,
  zeros,
} from '../../src/index.js';
import { NoiseDataset } from '../data/noise-dataset.js';
import { inChinese } from '../report/in-chinese.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';

const { Linear, ReLU, Sequential } = nn;

/** What is noted of two epochs of a network, so many of whose 16 ReLUs never open. */
async function notesOf(closed: number, off: readonly train.LintRule[] = []): Promise<string[]> {
  manualSeed(2);
  const first = new Linear(3, 16);
  const bias = Array.from({ length: 16 }, (_, i) => (i < closed ? -1e4 : 0));
  noGrad(() => first.bias?.copy_(tensor(bias)));
  const model = new Sequential(first, new ReLU(), new Linear(16, 3));
  const optimizer = new optim.SGD(model.parameters(), { lr: 1e-3 });
  const load = (length: number) =>
    new data.DataLoader(new NoiseDataset({ length }), { batchSize: 8 }) as unknown as train.Batches;
  const notes: string[] = [];
  await new train.Trainer({
    ...{ model, optimizer, trainLoader: load(16), testLoader: load(12), epochs: 2, compile: false },
    callbacks: [new train.Lints({ off }), { onNote: (text) => void notes.push(text) }],
  }).fit();
  for (const note of notes) inChinese(note);
  return notes;
}

test('ReLUs that never open, told once; some dead units are no mistake', async () => {
  const notes = await notesOf(15);
  assert.equal(notes.length, 1);
  assert.match(
    notes[0] ?? '',
    /^1 ReLU layer \(the first is 1\) gives 0 for nine tenths .*\(lint 'dead-relu': \{ off \} or --no-lints silences it\)$/,
  );
  assert.deepEqual(await notesOf(15, ['dead-relu']), []);
  assert.deepEqual(await notesOf(8), []);
});

test('scores that are the same for all pictures', async () => {
  const notes = await notesOf(16, ['dead-relu']);
  assert.equal(notes.length, 1);
  assert.match(
    notes[0] ?? '',
    /^the network gives the same scores for all 12 pictures .*'constant-output'/,
  );
  assert.deepEqual(await notesOf(16, ['dead-relu', 'constant-output']), []);
  assert.deepEqual(await notesOf(0), []);
});

test('looking changes nothing: weights, statistics and random numbers', async () => {
  const run = async (lints: boolean) => {
    manualSeed(4);
    const model = new Sequential(
      ...[
        new Linear(3, 8),
        new nn.BatchNorm1d(8),
        new ReLU(),
        new nn.Dropout(0.5),
        new Linear(8, 3),
      ],
    );
    const load = (length: number) =>
      new data.DataLoader(new NoiseDataset({ length }), {
        batchSize: 8,
      }) as unknown as train.Batches;
    await new train.Trainer({
      ...{ model, optimizer: new optim.Adam(model.parameters()), epochs: 3, compile: false },
      ...{ trainLoader: load(16), testLoader: load(12) },
      callbacks: lints ? [new train.Lints()] : [],
    }).fit();
    return [...model.stateDict()].map(([key, { data: values }]) => [key, ...values].join());
  };
  assert.deepEqual(await run(true), await run(false));
});

test('validation and test data that overlap, and training data that are measured', () => {
  const model = new Linear(3, 2);
  const all = new data.TensorDataset(zeros([10, 3]), zeros([10]));
  const load = (indices: readonly number[]) => new data.DataLoader(new data.Subset(all, indices));
  const told = (options: train.LintOptions) => {
    const texts: string[] = [];
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const onWarning = ({ text }: train.LintWarning) => {
      inChinese(text);
      texts.push(text);
    };
    train.lint(model, optimizer, { ...options, onWarning }).stop();
    return texts;
  };
  const whole = new data.DataLoader(all);
  assert.match(
    told({ heldOutLoaders: [whole, whole] }).join(),
    /^validation and test data share 10 samples/,
  );
  assert.match(told({ heldOutLoaders: [load([1, 2, 3]), load([3, 4])] }).join(), /share 1 samples/);
  assert.match(
    told({ trainLoader: whole, heldOutLoaders: [load([7])] }).join(),
    /^1 of the samples that are measured are trained on/,
  );
  assert.deepEqual(
    told({ trainLoader: load([0, 1]), heldOutLoaders: [load([2, 3]), load([4])] }),
    [],
  );
  assert.deepEqual(told({ heldOutLoaders: [whole, whole], off: ['test-selection'] }), []);
});

test('a recipe of wick is trained without a note', async (t) => {
  const notes: string[] = [];
  const out = join(await temporaryFolder(t), 'run');
  const small = { data: { limit: 200 }, split: { val: 0.2 }, epochs: 2, seed: 1 } as const;
  const onNote = (text: string) => void notes.push(text);
  await runs.train('digits', { ...small, loader: { workers: 0 }, out, callbacks: [{ onNote }] });
  assert.deepEqual(notes, []);
});
