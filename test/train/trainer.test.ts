import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import {
  data,
  manualSeed,
  nn,
  optim,
  rand,
  randint,
  type Tensor,
  tensor,
} from '../../src/index.js';
import type { EpochEvent, StepEvent } from '../../src/train/metrics.js';
import { Trainer } from '../../src/train/trainer.js';
import type { Batches, TrainerOptions } from '../../src/train/trainer-options.js';

beforeEach(() => {
  manualSeed(1);
});

/** A linear classifier on 50 random samples of 2 classes, batches of 16: the last one has 2. */
function setUp(options: Partial<TrainerOptions> = {}, lr = 0.1) {
  const samples = new data.TensorDataset(rand([50, 4]), randint(2, [50]));
  const loader = new data.DataLoader(samples, { batchSize: 16, shuffle: true, seed: 3 });
  const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 2));
  const optimizer = new optim.SGD(model.parameters(), { lr });
  const steps: StepEvent[] = [];
  const epochs: EpochEvent[] = [];
  const trainer = new Trainer({
    model,
    optimizer,
    trainLoader: loader as unknown as TrainerOptions['trainLoader'], // TensorDataset's batches are pairs here
    testLoader: loader as unknown as TrainerOptions['testLoader'],
    epochs: 3,
    callbacks: [{ onStep: (e) => void steps.push(e), onEpoch: (e) => void epochs.push(e) }],
    ...options,
  });
  return { trainer, model, optimizer, samples, steps, epochs };
}

test('every sample is seen once an epoch, in one optimizer step per batch', async () => {
  const { trainer, optimizer, steps, epochs } = setUp();
  let taken = 0;
  const original = optimizer.step.bind(optimizer);
  optimizer.step = () => {
    taken++;
    original();
  };
  const eager = setUp({ compile: false });
  let eagerSteps = 0;
  const eagerOriginal = eager.optimizer.step.bind(eager.optimizer);
  eager.optimizer.step = () => {
    eagerSteps++;
    eagerOriginal();
  };
  await trainer.fit();
  await eager.trainer.fit();
  assert.deepEqual(
    steps.map((s) => s.samples),
    [16, 16, 16, 2, 16, 16, 16, 2, 16, 16, 16, 2],
  );
  assert.equal(epochs.length, 3);
  assert.equal(eagerSteps, 12);
  assert.equal(taken, 2, 'recorded once for 16 samples and once for 2');
});

test('compiled and eager training give the same numbers', async () => {
  const run = async (compile: boolean) => {
    manualSeed(5);
    const { trainer, steps } = setUp({ compile });
    await trainer.fit();
    return steps.map((s) => s.loss);
  };
  const [compiled, eager] = [await run(true), await run(false)];
  for (const [i, loss] of compiled.entries())
    assert.ok(Math.abs(loss - (eager[i] ?? Number.NaN)) < 1e-5, `${loss} and ${eager[i]}`);
});

test('scores are weighted by samples, the smaller last batch included', async () => {
  const { trainer, model, samples, epochs } = setUp({ epochs: 1 });
  await trainer.fit();
  const [x, y] = [0, 1].map((part) => {
    const rows = Array.from({ length: 50 }, (_, i) => samples.get(i)[part] as unknown);
    return rows;
  });
  let loss = 0;
  let right = 0;
  for (let i = 0; i < 50; i++) {
    const image = x?.[i] as { data: Float32Array };
    const label = y?.[i] as number | { data: Int32Array };
    const target = typeof label === 'number' ? label : (label.data[0] ?? 0);
    const logits = model.forward(tensor(image.data).reshape([1, 4]));
    loss += nn.functional.crossEntropy(logits, tensor([target], { dtype: 'int32' })).item() / 50;
    if (logits.argmax(1).item() === target) right++;
  }
  const [event] = epochs;
  assert.ok(Math.abs((event?.heldOut.loss ?? 0) - loss) < 1e-5);
  assert.equal(event?.heldOut.accuracy, right / 50);
});

test('the model trains in training mode and is measured in evaluation mode', async () => {
  const modes: boolean[] = [];
  const { trainer, model } = setUp({ epochs: 1, compile: false });
  model.registerForwardHook((module) => {
    modes.push(module.training);
    return undefined;
  });
  await trainer.fit();
  assert.deepEqual(modes, [true, true, true, true, false, false, false, false]);
});

test('a schedule steps once an epoch, or once a step', async () => {
  for (const schedulePer of ['epoch', 'step'] as const) {
    let count = 0;
    const { trainer } = setUp({ schedulePer, scheduler: { step: () => void count++ } });
    await trainer.fit();
    assert.equal(count, schedulePer === 'epoch' ? 3 : 12);
  }
});

test('the learning rate of a schedule reaches the compiled step', async () => {
  const schedule = {
    step: () => {
      optimizer.lr = 0;
    },
  };
  const { trainer, optimizer, steps } = setUp({ epochs: 2, scheduler: schedule });
  await trainer.fit();
  assert.deepEqual(
    steps.map((s) => s.lr),
    [0.1, 0.1, 0.1, 0.1, 0, 0, 0, 0],
  );
});

test('reaching NaN is an error with epoch, step and advice', async () => {
  const { trainer } = setUp({}, 1e30);
  await assert.rejects(trainer.fit(), {
    name: 'NotFiniteError',
    message:
      /^Trainer: the loss is (NaN|Infinity) at epoch 1, batch [234] of 4 \(lr 1e\+30\); lower the learning rate, clip gradients, or look for NaN in the data$/,
  });
});

test('gradients are clipped when asked', async () => {
  const largest = async (clip: number | undefined) => {
    manualSeed(2);
    const { trainer, model } = setUp(
      { epochs: 1, compile: false, ...(clip !== undefined && { clipGradNorm: clip }) },
      0.1,
    );
    await trainer.fit();
    return Math.hypot(...model.parameters().flatMap((p) => [...(p.grad?.data ?? [])]));
  };
  assert.ok((await largest(undefined)) > 0.011);
  assert.ok((await largest(0.01)) < 0.01001);
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

test('the share of the time that steps wait for data is measured, by epoch and in all', async () => {
  const { samples } = setUp();
  const inTime = new data.DataLoader(samples, { batchSize: 16 });
  const late = {
    length: inTime.length,
    async *[Symbol.asyncIterator]() {
      for await (const batch of inTime) {
        await setTimeout(40);
        yield batch;
      }
    },
  };
  const trainLoader = late as unknown as TrainerOptions['trainLoader'];
  const { trainer, epochs } = setUp({ trainLoader, epochs: 2 });
  const { waitShare } = await trainer.fit();
  const shares = epochs.map((epoch) => epoch.waitShare);
  for (const share of [...shares, waitShare]) assert.ok(share > 0.5 && share <= 1, `${share}`);
  assert.ok(Math.min(...shares) <= waitShare && waitShare <= Math.max(...shares));
});

/** Batches that are given one by one. */
function batches(list: readonly (readonly [Tensor, Tensor])[]): Batches {
  return {
    length: list.length,
    async *[Symbol.asyncIterator]() {
      yield* list;
    },
  };
}

/** Scores that a model gives in turn, one set of logits an evaluation, whatever it is shown. */
function scripted(logits: readonly (readonly number[])[]) {
  const model = new nn.Linear(1, 2, { bias: false });
  let evaluation = 0;
  model.forward = () => {
    if (model.training) return nn.functional.linear(rand([2, 1]), model.weight);
    return tensor([[...(logits[evaluation++] ?? [])]]);
  };
  return model;
}

const pair = (label: number): readonly [Tensor, Tensor] => [
  rand([1, 1]),
  tensor([label], { dtype: 'int32' }),
];

test('the best epoch is that of the higher accuracy, and of equal ones that of the lower loss', async () => {
  // Of label 0: right by little, wrong, right by much, right by little again.
  const model = scripted([
    [0.1, 0],
    [0, 1],
    [2, 0],
    [0.1, 0],
  ]);
  const epochs: EpochEvent[] = [];
  const trainer = new Trainer({
    model,
    optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
    trainLoader: batches([[rand([2, 1]), tensor([0, 1], { dtype: 'int32' })]]),
    testLoader: batches([pair(0)]),
    epochs: 4,
    compile: false,
    callbacks: [{ onEpoch: (e) => void epochs.push(e) }],
  });
  const { best, test: tested } = await trainer.fit();
  assert.deepEqual(
    epochs.map((e) => e.best),
    [true, false, true, false],
  );
  assert.equal(best?.epoch, 3);
  assert.equal(tested, best?.heldOut, 'the test set chose it');
});

test('by balanced accuracy a model that finds the rare class beats one that is right more often', async () => {
  const rare = [pair(0), pair(0), pair(0), pair(1)];
  const always0 = rare.map(() => [1, 0]);
  const finds1 = [
    [0, 1],
    [0, 1],
    [1, 0],
    [0, 1],
  ];
  for (const [bestBy, expected] of [
    ['accuracy', 1],
    ['balancedAccuracy', 2],
  ] as const) {
    const model = scripted([...always0, ...finds1]);
    const { best } = await new Trainer({
      model,
      optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
      trainLoader: batches([[rand([2, 1]), tensor([0, 1], { dtype: 'int32' })]]),
      testLoader: batches(rare),
      epochs: 2,
      compile: false,
      bestBy,
    }).fit();
    assert.equal(best?.epoch, expected);
  }
});

test('a validation set chooses the epoch, and the test set is measured once, with its weights', async () => {
  const { samples } = setUp();
  const loader = new data.DataLoader(samples, { batchSize: 50 }) as unknown as Batches;
  let tested = 0;
  const testLoader = {
    length: 1,
    async *[Symbol.asyncIterator]() {
      tested++;
      yield* loader;
    },
  };
  for (const compile of [false, true]) {
    tested = 0;
    // A rate that grows far too large: epochs get worse, so that the best is not the last.
    const steps = {
      step: () => {
        optimizer.lr *= 30;
      },
    };
    const { trainer, optimizer, model, epochs } = setUp({
      compile,
      epochs: 4,
      valLoader: loader,
      testLoader,
      scheduler: steps,
    });
    const { best, last, test: scores } = await trainer.fit();
    assert.equal(tested, 1);
    assert.ok(epochs.every(({ split }) => split === 'val'));
    assert.ok(best !== null && last !== null && best.epoch < last.epoch, `${best?.epoch}`);
    // The same samples are in both sets: the best weights give the best epoch's scores.
    assert.ok(Math.abs((scores?.loss ?? 0) - best.heldOut.loss) < 1e-6);
    const now = await trainer.evaluate(loader);
    assert.ok(Math.abs(now.loss - last.heldOut.loss) < 1e-6, 'the model is left as training ended');
    assert.ok(model.parameters().length > 0);
  }
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

test('settings that cannot be are refused', () => {
  assert.throws(() => setUp({ epochs: 0 }), {
    message: 'Trainer: epochs=0 must be a whole number ≥ 1',
  });
});

test('timers run while training goes on', async () => {
  const { trainer } = setUp({ epochs: 400 });
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  const start = performance.now();
  await trainer.fit();
  clearInterval(timer);
  const most = (performance.now() - start) / 5;
  assert.ok(ticks > most / 40, `${ticks} of ${most.toFixed(0)} ticks`);
});

test('a precision other than float32 needs compiled steps', () => {
  assert.throws(() => setUp({ compile: false, precision: 'bfloat16' }), {
    name: 'ValueError',
    message:
      "Trainer: precision 'bfloat16' is given with compile: false, but only compiled steps have it; leave one of them out",
  });
});
