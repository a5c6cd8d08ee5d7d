import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { data, full, nn, optim, rand, randint, type Tensor } from '../../src/index.js';
import { Checkpoint } from '../../src/train/callbacks/checkpoint.js';
import { Lookahead } from '../../src/train/callbacks/lookahead.js';
import { firstNotFinite } from '../../src/train/first-not-finite.js';
import { Trainer } from '../../src/train/trainer.js';
import type { TrainerOptions } from '../../src/train/trainer-options.js';
import type { TrainerState } from '../../src/train/trainer-state.js';
import { temporaryFolder } from '../vision/datasets/temporary-folder.js';
import { bitsOf } from './small-training.js';
import { Spoiler } from './spoiler.js';

/** 40 batches an epoch; `spoiled` is the sample whose pixels are NaN. */
function trainingOf(
  layer: nn.Module,
  options: Partial<TrainerOptions> & { spoiled?: number; everySteps?: number; file: string },
  lr = 0.1,
) {
  const { spoiled, file, everySteps = 10, ...rest } = options;
  const x = rand([160, 4]);
  if (spoiled !== undefined) x.data[4 * spoiled + 2] = Number.NaN;
  const load = (set: data.TensorDataset<readonly [Tensor, Tensor]>) =>
    new data.DataLoader(set, { batchSize: 4 }) as unknown as TrainerOptions['trainLoader'];
  const model = new nn.Sequential(new nn.Linear(4, 8), layer, new nn.Linear(8, 2));
  const optimizer = new optim.SGD(model.parameters(), { lr });
  const notes: string[] = [];
  const trainer = new Trainer({
    model,
    optimizer,
    trainLoader: load(new data.TensorDataset(x, randint(2, [160]))),
    testLoader: load(new data.TensorDataset(rand([4, 4]), randint(2, [4]))),
    epochs: 1,
    callbacks: [new Checkpoint(file, { everySteps }), { onNote: (text) => void notes.push(text) }],
    ...rest,
  });
  return { trainer, model, optimizer, notes };
}

for (const compile of [false, true])
  test(`a NaN of batch 37 is told with its layer, and the checkpoint before it is whole, ${compile ? 'compiled' : 'eager'}`, async (t) => {
    const file = join(await temporaryFolder(t), 'state.safetensors');
    const { trainer, model } = trainingOf(new Spoiler(37), { compile, file });
    await assert.rejects(trainer.fit(), {
      name: 'NotFiniteError',
      message:
        /^Trainer: the loss is NaN at epoch 1, batch 37 of 40 \(lr 0\.1\): first in the output of layer 1 \(Spoiler\); lower the learning rate/,
      place: { epoch: 1, batch: 37, split: 'train' },
    });
    const { readCheckpoint } = await import('../../src/train/checkpoint-file.js');
    const { facts, model: saved }: TrainerState = await readCheckpoint(file);
    assert.equal(facts.globalStep, 30);
    for (const [key, { data: numbers }] of saved) assert.ok(numbers.every(Number.isFinite), key);
    assert.deepEqual(Object.keys(bitsOf(model.stateDict())), Object.keys(bitsOf(saved)));
  });

test('a picture that holds NaN is told, and so is a step that made weights infinite', async (t) => {
  const file = join(await temporaryFolder(t), 'state.safetensors');
  const spoiled = trainingOf(new nn.ReLU(), { spoiled: 50, file });
  await assert.rejects(spoiled.trainer.fit(), {
    message: /batch 13 of 40 \(lr 0\.1\): picture 3 of the batch holds NaN; /,
  });
  const wild = trainingOf(new nn.ReLU(), { file, everySteps: 1 }, 1e38);
  await assert.rejects(wild.trainer.fit(), {
    message:
      /: (the step before it made NaN or ∞ of \d\.\w+|first in the output of layer \d \(\w+\)); lower/,
  });
});

test('of float16 the layer is told whose numbers it does not hold', async () => {
  const [first, second] = [
    new nn.Linear(1, 1, { bias: false }),
    new nn.Linear(1, 1, { bias: false }),
  ];
  const model = new nn.Sequential(first, new nn.ReLU(), second);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const options = { model, optimizer, loss: (y: Tensor) => y.mean() } as unknown as TrainerOptions;
  const look = (precision: 'float16' | 'float32', images: Tensor) =>
    firstNotFinite({ ...options, precision }, images, images);
  for (const { weight } of [first, second]) weight.data.fill(256);
  const image = (value: number) => full([1, 1], value);
  assert.equal(
    await look('float16', image(2)),
    'float16 holds numbers up to 65504, and there are larger ones in the output of layer 2 (Linear)',
  );
  assert.match((await look('float16', image(-300))) ?? '', /in the output of layer 0 \(Linear\)$/);
  assert.equal(await look('float32', image(-300)), null);
  assert.equal(await look('float16', image(0.5)), null);
});

test('rolled back, it goes on from the checkpoint with half the learning rate, so often and no more', async (t) => {
  const file = join(await temporaryFolder(t), 'state.safetensors');
  // Too high a rate: the weights leave the finite again and again.
  const { trainer, notes } = trainingOf(new nn.ReLU(), { file, rollbacks: 3, everySteps: 1 }, 3e38);
  await assert.rejects(trainer.fit(), { name: 'NotFiniteError' });
  const halved = notes.filter((text) => text.startsWith('goes on'));
  assert.deepEqual(
    halved.map((text) => /halved to (\S+) \((\d) of 3 times\)$/.exec(text)?.slice(1)),
    [
      ['1.5e+38', '1'],
      ['7.5e+37', '2'],
      ['3.75e+37', '3'],
    ],
  );
  // A batch that spoils one step only where the rate is high: half of it is enough.
  const once = new Spoiler(15);
  const good = trainingOf(once, { file, rollbacks: 3, everySteps: 10 });
  good.trainer.note = (text) => {
    good.notes.push(text);
    if (text.startsWith('goes on')) once.seen.data[0] = 100; // as if the lower rate had cured it
  };
  const { epochs, steps } = await good.trainer.fit();
  assert.deepEqual([epochs, steps], [1, 40]);
  assert.equal(good.optimizer.lr, 0.05);
  assert.match(
    good.notes[0] ?? '',
    /^the loss is NaN at epoch 1, batch 15 of 40 .*layer 1 \(Spoiler\)/,
  );
  assert.equal(
    good.notes[1],
    'goes on in epoch 1 of 1, after 10 steps with the learning rate halved to 0.05 (1 of 3 times)',
  );
});

test('where callbacks change weights between steps, they do when the steps are made again', async (t) => {
  const file = join(await temporaryFolder(t), 'state.safetensors');
  // Each step is undone; two of them that are not would end in ∞.
  const callbacks = [
    new Checkpoint(file, { everySteps: 10 }),
    new Lookahead({ everySteps: 1, decay: 1 }),
  ];
  const { trainer } = trainingOf(new Spoiler(15), { callbacks, file }, 1e30);
  await assert.rejects(trainer.fit(), {
    message: /batch 15 of 40 \(lr 1e\+30\): first in the output of layer 1 \(Spoiler\); /,
  });
});
