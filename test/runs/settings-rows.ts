/** Each setting beside those of optimizers and schedules, which have their own tests: a value for it, and what is then to be seen. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { SettingsLayer } from '../../src/recipes/settings/schema.js';
import type { TrainedRun } from '../../src/runs/train.js';

/** What a run has come to. */
export interface Seen extends TrainedRun {
  readonly steps: readonly {
    readonly loss: number;
    readonly lr: number;
    readonly samples: number;
  }[];
  /** Steps at whose end there was a checkpoint of a step before. */
  readonly saved: readonly number[];
  /** Calls of the network: a recorded step calls it once. */
  readonly calls: number;
  readonly config: { readonly settings: SettingsLayer; readonly data: Record<string, unknown> };
}

export const losses = ({ steps }: Seen) => steps.map(({ loss }) => loss);

export const rows: readonly (readonly [
  key: string,
  layer: SettingsLayer,
  check: (seen: Seen, plain: Seen) => void | Promise<void>,
])[] = [
  ['data.limit', { data: { limit: 20 } }, ({ steps }) => assert.equal(steps.length, 4)],
  [
    'split.val',
    { split: { val: 0.25 } },
    ({ summary, config }) => {
      assert.deepEqual([config.data.train, config.data.val, config.data.test], [30, 10, 40]);
      assert.equal(summary.best?.split, 'val');
    },
  ],
  [
    'loader.workers',
    { loader: { workers: 1, prefetchFactor: 1 } },
    (seen, plain) => assert.deepEqual(losses(seen), losses(plain)),
  ],
  [
    'loader.dropLast',
    { loader: { dropLast: true } },
    ({ steps }) =>
      assert.deepEqual(
        steps.map(({ samples }) => samples),
        [16, 16, 16, 16],
      ),
  ],
  [
    'transforms.train',
    {
      transforms: {
        train: [{ name: 'RandomRotation', degrees: 90 }, { name: 'ToTensor' }] as never,
      },
    },
    (seen, plain) => assert.notEqual(losses(seen)[0], losses(plain)[0]),
  ],
  [
    'transforms.eval',
    {
      transforms: {
        eval: [
          { name: 'Grayscale' },
          { name: 'Resize', size: [28, 28] },
          { name: 'ToTensor' },
          { name: 'Normalize', mean: [0.5], std: [0.1] },
        ] as never,
      },
    },
    (seen, plain) => {
      assert.deepEqual(losses(seen), losses(plain));
      assert.notEqual(seen.summary.best?.heldOut.loss, plain.summary.best?.heldOut.loss);
    },
  ],
  [
    'model.name',
    { model: 'cifarCnn' },
    async ({ run }) =>
      assert.match(await readFile(run.file('model.json'), 'utf8'), /"name": "cifarCnn"/),
  ],
  [
    'loss.name',
    { loss: 'bce' },
    // Scores near 0 at first: each class is as likely as not.
    (seen) => assert.ok(Math.abs((losses(seen)[0] ?? 0) - Math.LN2) < 0.05, `${losses(seen)[0]}`),
  ],
  [
    'loss.sumClasses',
    { loss: { name: 'bce', sumClasses: true } },
    (seen) =>
      assert.ok(Math.abs((losses(seen)[0] ?? 0) - 10 * Math.LN2) < 0.5, `${losses(seen)[0]}`),
  ],
  [
    'loss.labelSmoothing',
    { loss: { labelSmoothing: 0.5 } },
    (seen, plain) => {
      // Before the first step the logits are the same: (1 − s) · CE + s · mean of −log p.
      assert.ok(Math.abs((losses(seen)[0] ?? 0) - (losses(plain)[0] ?? 0)) < 0.2);
      assert.notDeepEqual(losses(seen), losses(plain));
      assert.ok((losses(seen).at(-1) ?? 0) > (losses(plain).at(-1) ?? 0));
    },
  ],
  [
    'mixup.alpha',
    { mixup: 1000 },
    (seen, plain) => assert.notEqual(losses(seen)[0], losses(plain)[0]),
  ],
  ['mixup.alpha', { mixup: 0.001 }, (seen, plain) => mixesNothing(seen, plain)],
  [
    'cutmix.alpha',
    { cutmix: 1000 },
    (seen, plain) => assert.notEqual(losses(seen)[0], losses(plain)[0]),
  ],
  ['cutmix.alpha', { cutmix: 0.001 }, (seen, plain) => mixesNothing(seen, plain)],
  ['optimizer.name', { optimizer: 'sgd' }, ({ steps }) => assert.equal(steps[0]?.lr, 1e-3)],
  [
    'schedule.name',
    { schedule: { name: 'exponential', gamma: 0.5 } },
    ({ steps }) => assert.deepEqual([steps[0]?.lr, steps.at(-1)?.lr], [0.01, 0.005]),
  ],
  [
    'warmup.epochs',
    { warmup: { epochs: 1, startFactor: 0.5 } },
    ({ steps }) =>
      assert.deepEqual(
        steps.map(({ lr }) => Number(lr.toFixed(5))),
        [0.005, 0.00667, 0.00833, 0.01, 0.01, 0.01],
      ),
  ],
  [
    'warmup.startFactor',
    { warmup: { epochs: 1, startFactor: 0.1 } },
    ({ steps }) => assert.ok(Math.abs((steps[0]?.lr ?? 0) - 0.001) < 1e-9),
  ],
  ['epochs', { epochs: 3 }, ({ summary }) => assert.equal(summary.epochs, 3)],
  [
    'batchSize',
    { batchSize: 20 },
    ({ steps }) =>
      assert.deepEqual(
        steps.map(({ samples }) => samples),
        [20, 20, 20, 20],
      ),
  ],
  [
    'accumulate',
    { accumulate: 3 },
    (seen, plain) => {
      // The first step waits for all three batches: their losses are those of fresh weights.
      assert.notEqual(losses(seen)[1], losses(plain)[1]);
      assert.equal(losses(seen)[0], losses(plain)[0]);
    },
  ],
  ['clip.norm', { clip: 1e-6, optimizer: { name: 'sgd', lr: 1 } }, (seen) => stays(seen)],
  [
    'clip.value',
    { clip: { value: 1e-9 }, optimizer: { name: 'sgd', lr: 1 } },
    (seen) => stays(seen),
  ],
  [
    'ema.decay',
    { ema: 0.99 },
    (seen, plain) => {
      assert.deepEqual(losses(seen), losses(plain));
      assert.notEqual(seen.summary.best?.heldOut.loss, plain.summary.best?.heldOut.loss);
    },
  ],
  [
    'lookahead.everySteps',
    { lookahead: 4 },
    (seen, plain) => {
      assert.deepEqual(losses(seen).slice(0, 4), losses(plain).slice(0, 4));
      assert.notEqual(losses(seen)[4], losses(plain)[4]);
    },
  ],
  [
    'lookahead.decay',
    { lookahead: { everySteps: 1, decay: 1 } },
    ({ summary }) => {
      const { best, last } = summary; // the weights stay where they were
      assert.deepEqual(last?.heldOut.loss, best?.heldOut.loss);
      assert.equal(best?.epoch, 1);
    },
  ],
  [
    'lookahead.power',
    { lookahead: { everySteps: 2, decay: 1, power: 100 } }, // nothing is kept but at the end
    (seen, plain) => {
      losses(seen).forEach((loss, i) => {
        assert.ok(Math.abs(loss - (losses(plain)[i] ?? 0)) < 1e-4, `step ${i + 1}: ${loss}`);
      });
      assert.notEqual(seen.summary.last?.heldOut.loss, plain.summary.last?.heldOut.loss);
    },
  ],
  [
    'freeze.parts',
    { freeze: { parts: ['conv1', 'fc2.bias'] } },
    async (seen, plain) => {
      const [first, later] = [losses(seen), losses(plain)];
      assert.deepEqual(first.slice(0, 3), later.slice(0, 3));
      assert.notEqual(first.at(-1), later.at(-1));
    },
  ],
  [
    'freeze.afterEpochs',
    { freeze: { parts: ['conv1'], afterEpochs: 2 } },
    (seen, plain) => assert.deepEqual(losses(seen), losses(plain)),
  ],
  [
    'earlyStopping.patience',
    { epochs: 9, optimizer: { lr: 1e-12 }, earlyStopping: { patience: 2, monitor: 'accuracy' } },
    ({ summary }) => assert.equal(summary.epochs, 3),
  ],
  [
    'earlyStopping.monitor',
    { epochs: 3, earlyStopping: { patience: 1, monitor: 'loss', minDelta: 9 } },
    ({ summary }) => assert.match(summary.stopReason ?? '', /test loss/),
  ],
  [
    'earlyStopping.minDelta',
    { epochs: 9, earlyStopping: { patience: 1, minDelta: 1 } },
    ({ summary }) => assert.equal(summary.epochs, 2),
  ],
  [
    'earlyStopping.divergenceThreshold',
    { epochs: 9, earlyStopping: { monitor: 'loss', divergenceThreshold: 0.01 } },
    ({ summary }) => assert.match(summary.stopReason ?? '', /diverged/),
  ],
  [
    'time',
    { epochs: 100_000, time: 0.05 },
    ({ summary }) => assert.match(summary.stopReason ?? '', /the time of .* is over/),
  ],
  [
    'checkpoints.everyEpochs',
    { checkpoints: { everyEpochs: 5 } },
    (seen, plain) => {
      assert.deepEqual([seen.saved, plain.saved], [[], [4, 5, 6]]);
      assert.deepEqual(losses(seen), losses(plain));
    },
  ],
  [
    'checkpoints.everySteps',
    { checkpoints: { everySteps: 2 } },
    (seen, plain) => {
      assert.deepEqual(seen.saved, [3, 4, 5, 6]);
      assert.deepEqual(losses(seen), losses(plain));
    },
  ],
  [
    'checkpoints.everySeconds',
    { checkpoints: { everySeconds: 1e-6 } },
    (seen, plain) => {
      assert.deepEqual(seen.saved, [2, 3, 4, 5, 6]);
      assert.deepEqual(losses(seen), losses(plain));
    },
  ],
  [
    'bestBy',
    { bestBy: 'loss' },
    async ({ run, summary }) => {
      const lines = await run.readLog('metrics.jsonl');
      const tested = lines.flatMap(({ split, loss }) => (split === 'test' ? [loss] : []));
      assert.equal(summary.best?.heldOut.loss, Math.min(...tested));
    },
  ],
  [
    'compile',
    { compile: false },
    (seen, plain) => {
      assert.ok(seen.calls >= plain.calls + 6, `${seen.calls}, compiled ${plain.calls}`);
      for (const [i, loss] of losses(seen).entries())
        assert.ok(Math.abs(loss - (losses(plain)[i] ?? 0)) < 1e-3, `step ${i + 1}: ${loss}`);
    },
  ],
  ['seed', { seed: 4 }, (seen, plain) => assert.notDeepEqual(losses(seen), losses(plain))],
];

/** Gradients that are cut to nothing change no weight: the epochs' losses are the same. */
function stays({ summary }: Seen): void {
  assert.ok(summary.last !== null && summary.best !== null);
  assert.ok(Math.abs(summary.last.train.loss - 2.3) < 0.1, `${summary.last.train.loss}`);
}

/** Shares that are 0 or 1 exchange pictures of a batch whole, with their labels: the loss of the first batch is the same. */
function mixesNothing(seen: Seen, plain: Seen): void {
  assert.ok(Math.abs((losses(seen)[0] ?? 0) - (losses(plain)[0] ?? 0)) < 1e-5, `${losses(seen)}`);
}
