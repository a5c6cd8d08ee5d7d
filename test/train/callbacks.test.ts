import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Linear } from '../../src/nn/linear.js';
import { SGD } from '../../src/optim/sgd.js';
import { tensor } from '../../src/tensor/creation.js';
import type { Callback, Training } from '../../src/train/callback.js';
import {
  EarlyStopping,
  type EarlyStoppingOptions,
} from '../../src/train/callbacks/early-stopping.js';
import { LossSpikes } from '../../src/train/callbacks/loss-spikes.js';
import { TimeLimit } from '../../src/train/callbacks/time-limit.js';
import { WeightAveraging } from '../../src/train/callbacks/weight-averaging.js';
import type { EpochEvent, StepEvent } from '../../src/train/metrics.js';
import { Trainer } from '../../src/train/trainer.js';
import { bitsOf, smallTraining } from './small-training.js';

/** A training that only says what it was told. */
function listening(model = new Linear(1, 1)) {
  const stops: string[] = [];
  const notes: string[] = [];
  const training: Training = {
    model,
    optimizer: new SGD(model.parameters(), { lr: 1 }),
    bestWeights: null,
    stop: (reason) => void stops.push(reason),
    note: (text) => void notes.push(text),
    stateDict: () => Promise.reject(new Error('not asked for')),
  };
  return { training, stops, notes };
}

const epochOf = (loss: number, accuracy = 0.5) =>
  ({ split: 'val', heldOut: { loss, accuracy } }) as unknown as EpochEvent;

/** After how many epochs with these losses it stops, and why. */
function stopsAfter(options: EarlyStoppingOptions, losses: readonly number[]) {
  const { training, stops } = listening();
  const stopping = new EarlyStopping(options);
  stopping.onFitStart(training);
  const epoch = losses.findIndex((loss) => {
    stopping.onEpoch(epochOf(loss, -loss));
    return stops.length > 0;
  });
  return [epoch + 1, stops[0]];
}

test('early stopping counts epochs without improvement since the last one', () => {
  assert.deepEqual(stopsAfter({ patience: 2 }, [3, 2, 2.5, 1.9, 1.9, 1.95, 1]), [
    6,
    'the val loss has not been better than 1.9 for 2 epochs',
  ]);
  assert.deepEqual(stopsAfter({ patience: 2 }, [3, 2, 2.5, 1.9, 2, 1.8]), [0, undefined]);
  assert.deepEqual(stopsAfter({ patience: 2, minDelta: 0.2 }, [3, 2, 1.9, 1.81, 1])[0], 4);
  assert.deepEqual(
    stopsAfter({ patience: 1, monitor: 'accuracy' }, [3, 2, 2.5])[1],
    'the val accuracy has not been better than -2 for 1 epoch',
  );
  assert.deepEqual(stopsAfter({ divergenceThreshold: 10 }, [3, 2, 11]), [
    3,
    'the val loss 11 is past 10: diverged',
  ]);
});

test('early stopping ends a training after the epoch, and the summary says why', async () => {
  const callbacks = [new EarlyStopping({ patience: 1, minDelta: 100 })];
  const { trainer, epochs } = smallTraining({ epochs: 9, callbacks });
  const { stopReason, interrupted, epochs: ended, test: tested } = await trainer.fit();
  assert.match(stopReason ?? '', /^the val loss has not been better than .* for 1 epoch$/);
  assert.deepEqual([interrupted, ended, epochs.length], [false, 2, 2]);
  assert.ok(tested !== null, 'the best weights are tested');
});

test('a time limit ends the epoch with the step, measures it and counts what was used before', async () => {
  let now = 0;
  const ticking: Callback = {
    onStep: () => {
      now += 1000;
    },
  };
  const limit = () => new TimeLimit(7, () => now);
  const first = smallTraining({ callbacks: [ticking, limit()] });
  const { steps, epochs, stopReason } = await first.trainer.fit();
  assert.deepEqual([steps, epochs, stopReason], [7, 2, 'the time of 0:07 is over']);
  const state = await first.trainer.stateDict();
  assert.deepEqual(state.facts.loaders.train, {
    seed: state.facts.loaders.train.seed,
    epoch: 2,
    batch: 0,
  });
  now = 0;
  const second = smallTraining({ callbacks: [ticking, limit()] });
  assert.equal((await second.trainer.fit({ resume: state })).steps, 8, 'none was left');
});

/** What the rule gives by plain numbers; `keep(t)` is what the average keeps after t steps. */
function averaged(
  seen: readonly ReadonlyMap<string, Float64Array>[],
  key: string,
  keep: (t: number) => number,
) {
  const [first = new Float64Array(), ...steps] = seen.map(
    (weights) => weights.get(key) ?? new Float64Array(),
  );
  return steps.reduce(
    (average, weight, t) => average.map((a, i) => keep(t) * a + (1 - keep(t)) * (weight[i] ?? 0)),
    first,
  );
}

for (const [warmup, keep] of [
  [false, () => 0.75],
  [true, (t: number) => Math.min(0.75, (1 + t) / (10 + t))],
] as const)
  test(`averages follow parameters and float buffers, whole numbers are copied; warm-up ${warmup}`, async () => {
    const averaging = new WeightAveraging({ decay: 0.75, warmup });
    const seen: Map<string, Float64Array>[] = [];
    const measured: Record<string, string>[] = [];
    const { trainer, model } = smallTraining({
      epochs: 1,
      callbacks: [
        {
          onFitStart: (training) => void seen.push(snapshot(training.model.stateDict())),
          onUpdate: () => void seen.push(snapshot(model.stateDict())),
        },
        averaging,
        { onValidationStart: () => void measured.push(bitsOf(model.stateDict())) },
      ],
    });
    await trainer.fit();
    const { tensors: averages = new Map() } = await averaging.stateDict();
    for (const key of ['0.weight', '1.running_mean', '1.running_var']) {
      const expected = averaged(seen, key, keep);
      const found = averages.get(key)?.data ?? [];
      assert.ok(expected.length > 0);
      expected.forEach((value, i) => {
        assert.ok(
          Math.abs((found[i] ?? Number.NaN) - value) < 1e-6,
          `${key}: ${found[i]}, ${value}`,
        );
      });
    }
    assert.equal(averages.get('1.num_batches_tracked')?.item(), 5);
    assert.deepEqual(measured, [bitsOf(averages)], 'it is what is measured');
    assert.deepEqual(
      bitsOf(trainer.bestWeights ?? new Map()),
      bitsOf(averages),
      'and kept as best',
    );
    const last = seen.at(-1)?.get('0.weight') ?? [];
    assert.deepEqual([...(model.parameters()[0]?.data ?? [])], [...last], 'training has its own');
  });

test('where batches are accumulated there is an average for each optimizer step, the last of an epoch too', async () => {
  let updates = 0;
  const callbacks = [{ onUpdate: () => void updates++ }];
  await smallTraining({ epochs: 2, accumulate: 2, callbacks }).trainer.fit();
  assert.equal(updates, 2 * 3, '5 batches an epoch: 2, 2 and 1');
});

function snapshot(state: ReadonlyMap<string, { readonly data: ArrayLike<number> }>) {
  return new Map([...state].map(([key, { data }]) => [key, Float64Array.from(data)]));
}

test('a loss far above those before it is noted', () => {
  const { training, notes } = listening();
  const spikes = new LossSpikes();
  spikes.onFitStart(training);
  const show = (loss: number, step: number) =>
    spikes.onStep({ epoch: 2, step, loss } as unknown as StepEvent);
  for (let step = 1; step <= 100; step++) show(1 + 0.1 * Math.sin(step), step);
  assert.deepEqual(notes, []);
  show(7, 101);
  assert.equal(notes.length, 1);
  assert.match(
    notes[0] ?? '',
    /^the loss jumped to 7 at epoch 2, batch 101 \(mean before: \d\.\d+\)$/,
  );
});

test('accumulated batches take the step of one large batch, the smaller last one included', async () => {
  const x = tensor([
    [1, 2],
    [3, -1],
    [0.5, 1],
    [-2, 0],
    [1, 1],
    [2, -3],
    [0, 4],
  ]); // 7 samples
  const y = tensor([0, 1, 1, 0, 1, 0, 0], { dtype: 'int32' });
  const cut = (sizes: readonly number[]) => ({
    length: sizes.length,
    async *[Symbol.asyncIterator]() {
      let start = 0;
      for (const size of sizes) {
        yield [x.narrow(0, start, size), y.narrow(0, start, size)] as const;
        start += size;
      }
    },
  });
  for (const compile of [false, true]) {
    const weights = [];
    for (const [sizes, accumulate] of [
      [[5, 2], 1],
      [[2, 2, 1, 1, 1], 3],
    ] as const) {
      const model = new Linear(2, 2);
      model.loadStateDict(
        new Map([
          [
            'weight',
            tensor([
              [0.1, 0.2],
              [-0.3, 0.4],
            ]),
          ],
          ['bias', tensor([0, 0.5])],
        ]),
      );
      const trainer = new Trainer({
        model,
        optimizer: new SGD(model.parameters(), { lr: 0.5, momentum: 0.9 }),
        trainLoader: cut(sizes),
        testLoader: cut([7]),
        epochs: 2,
        accumulate,
        clipGradNorm: 0.4,
        compile,
      });
      await trainer.fit();
      weights.push([...(model.weight.data ?? [])]);
    }
    const [whole = [], parts = []] = weights;
    whole.forEach((value, i) => {
      assert.ok(Math.abs(value - (parts[i] ?? Number.NaN)) < 1e-6, `${whole} and ${parts}`);
    });
  }
});
