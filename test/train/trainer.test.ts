import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { data, manualSeed, nn, tensor } from '../../src/index.js';
import type { TrainerOptions } from '../../src/train/trainer-options.js';
import { setUp } from './linear-training.js';

beforeEach(() => {
  manualSeed(1);
});

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
  assert.deepEqual(modes.slice(1), [true, true, true, true, false, false, false, false]);
  assert.equal(modes[0], false, 'a first batch, before anything is learned');
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

test('the share of the time that steps wait for data is measured, by epoch and in all', async () => {
  const { samples } = setUp();
  const inTime = new data.DataLoader(samples, { batchSize: 16 });
  let sleptMs = 0;
  const late = {
    length: inTime.length,
    async *[Symbol.asyncIterator]() {
      for await (const batch of inTime) {
        const start = performance.now();
        await setTimeout(40);
        sleptMs += performance.now() - start;
        yield batch;
      }
    },
  };
  const trainLoader = late as unknown as TrainerOptions['trainLoader'];
  const { trainer, epochs } = setUp({ trainLoader, epochs: 2 });
  const start = performance.now();
  const { waitShare } = await trainer.fit();
  const least = sleptMs / (performance.now() - start); // of all of it, to which more belongs than steps and waiting
  const shares = epochs.map((epoch) => epoch.waitShare);
  assert.ok(waitShare >= least, `${waitShare}, at least ${least} is due`);
  for (const share of [...shares, waitShare]) assert.ok(share > 0 && share < 1, `${share}`);
  assert.ok(Math.min(...shares) <= waitShare && waitShare <= Math.max(...shares));
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
