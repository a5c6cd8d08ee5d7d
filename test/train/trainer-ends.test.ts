import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { data, manualSeed, nn, optim, rand, randint, tensor } from '../../src/index.js';
import type { EpochEvent } from '../../src/train/metrics.js';
import type { Batches } from '../../src/train/trainer-options.js';
import { batches, setUp } from './linear-training.js';

beforeEach(() => {
  manualSeed(1);
});

test('reaching NaN is an error with epoch, step and advice', async () => {
  const { trainer } = setUp({}, 1e30);
  await assert.rejects(trainer.fit(), {
    name: 'NotFiniteError',
    message:
      /^Trainer: the loss is (NaN|Infinity) at epoch 1, batch [234] of 4 \(lr 1e\+30\); lower the learning rate, clip gradients, or look for NaN in the data$/,
  });
});

test('an aborted run ends after its current step and says so', async () => {
  const abort = new AbortController();
  const { trainer, epochs } = setUp({
    epochs: 100,
    signal: abort.signal,
    callbacks: [{ onStep: (e) => void (e.globalStep === 9 && abort.abort()) }],
  });
  const summary = await trainer.fit();
  assert.equal(summary.interrupted, true);
  assert.equal(summary.epochs, 2);
  assert.equal(summary.steps, 9);
  assert.deepEqual(epochs, []);
});

test('a signal after the last epoch interrupts nothing: its best weights are tested', async () => {
  const abort = new AbortController();
  const { trainer } = setUp({
    epochs: 2,
    signal: abort.signal,
    callbacks: [{ onEpoch: ({ epoch }) => void (epoch === 2 && abort.abort()) }],
  });
  const { interrupted, epochs, test: tested } = await trainer.fit();
  assert.deepEqual([interrupted, epochs, tested === null], [false, 2, false]);
});

for (const compile of [false, true])
  test(`a NaN in the data stops the training by name, ${compile ? 'compiled' : 'eager'}`, async () => {
    const spoiled = (n: number): Batches =>
      batches(
        Array.from({ length: 5 }, (_, i) => {
          const x = rand([4, 4]);
          if (i === n) x.data[5] = Number.NaN;
          return [x, tensor([0, 1, 0, 1], { dtype: 'int32' })] as const;
        }),
      );
    const bests: boolean[] = [];
    const callbacks = [{ onEpoch: (e: EpochEvent) => void bests.push(e.best) }];
    const options = { compile, callbacks, epochs: 2, testLoader: spoiled(-1) };
    await assert.rejects(setUp({ ...options, trainLoader: spoiled(2) }).trainer.fit(), {
      name: 'NotFiniteError',
      message: /^Trainer: the loss is NaN at epoch 1, batch 3 of 5 \(lr 0\.1\); /,
      place: { epoch: 1, batch: 3, split: 'train' },
    });
    await assert.rejects(
      setUp({ ...options, trainLoader: spoiled(-1), testLoader: spoiled(4) }).trainer.fit(),
      {
        name: 'NotFiniteError',
        message: /^Trainer: the test loss is NaN at epoch 1, batch 5 of 5 /,
        place: { epoch: 1, batch: 5, split: 'test' },
      },
    );
    assert.deepEqual(bests, [], 'no epoch was the best');
  });

test('weights that are NaN stop the training even where the loss does not show it', async () => {
  const used = new nn.Linear(4, 2);
  const model = new nn.Sequential(used, new nn.Linear(2, 2));
  model.forward = (x) => used.forward(x); // the second layer's NaN reaches no loss
  (model.parameters()[2]?.data ?? [])[0] = Number.NaN;
  const optimizer = new optim.SGD(used.parameters(), { lr: 0.1 });
  const { trainer } = setUp({ model, optimizer });
  await assert.rejects(trainer.fit(), {
    name: 'NotFiniteError',
    message: /^Trainer: 1\.weight holds NaN or ∞ after epoch 1; /,
  });
});

for (const compile of [false, true])
  test(`a last batch of one sample does not end a run with batch norm, ${compile ? 'compiled' : 'eager'}`, async () => {
    const net = new nn.Sequential(
      new nn.BatchNorm1d(4),
      new nn.Linear(4, 8),
      new nn.BatchNorm1d(8),
      new nn.Linear(8, 2),
    );
    const run = async (samples: number) => {
      const set = new data.TensorDataset(rand([samples, 4]), randint(2, [samples]));
      const notes: string[] = [];
      const steps: number[] = [];
      const { trainer } = setUp({
        model: net,
        optimizer: new optim.SGD(net.parameters(), { lr: 0.1 }),
        trainLoader: new data.DataLoader(set, { batchSize: 16 }) as unknown as Batches,
        epochs: 2,
        compile,
        callbacks: [
          { onNote: (t) => void notes.push(t), onStep: (e) => void steps.push(e.samples) },
        ],
      });
      await trainer.fit();
      return { notes, steps };
    };
    const { notes, steps } = await run(33);
    assert.deepEqual(steps, [16, 16, 16, 16]);
    assert.deepEqual(notes, [
      'the last batch has 1 sample, too few for batch norm: each epoch leaves it out',
    ]);
    assert.deepEqual([...net.buffers()].at(-1)?.data[0], 4, 'no layer has counted it');
    // Where all batches have one sample there is nothing to train on, and the error says so.
    await assert.rejects(run(1), {
      name: 'ValueError',
      message: /^batchNorm: input \[1,4\] has 1 value/,
    });
  });

test('stopped within the first epoch: no scores, but all that was done', async () => {
  const abort = new AbortController();
  const ends: unknown[] = [];
  const { trainer } = setUp({
    epochs: 5,
    signal: abort.signal,
    callbacks: [
      {
        onStep: (e) => void (e.globalStep === 2 && abort.abort()),
        onEnd: (summary) => void ends.push(summary),
      },
    ],
  });
  const summary = await trainer.fit();
  const { epochs, steps, last, best, test: tested, interrupted } = summary;
  assert.deepEqual(
    { epochs, steps, last, best, tested, interrupted },
    { epochs: 0, steps: 2, last: null, best: null, tested: null, interrupted: true },
  );
  assert.deepEqual(ends, [summary]);
});

test('stopped while it measures: the epoch does not count', async () => {
  const abort = new AbortController();
  const { trainer } = setUp({
    epochs: 5,
    signal: abort.signal,
    callbacks: [
      { onMeasure: ({ epoch, batch }) => void (epoch === 2 && batch === 2 && abort.abort()) },
    ],
  });
  const { epochs, steps } = await trainer.fit();
  assert.deepEqual([epochs, steps], [1, 8]);
});

test('an error is told to those who follow, with what was done', async () => {
  const failures: [unknown, number][] = [];
  const { trainer } = setUp(
    { callbacks: [{ onFail: (error, { steps }) => void failures.push([error, steps]) }] },
    1e30,
  );
  const error = await trainer.fit().catch((e: unknown) => e);
  assert.equal(failures.length, 1);
  assert.equal(failures[0]?.[0], error);
  assert.ok((failures[0]?.[1] ?? 0) >= 1);
});
