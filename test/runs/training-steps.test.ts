/** Two steps of a training by settings of its loss, optimizer, schedule, average, of clipping and of accumulation, against PyTorch's. */
import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Linear } from '../../src/nn/linear.js';
import { makeSchedule } from '../../src/recipes/settings/make-schedule.js';
import { makeOptimizer } from '../../src/recipes/settings/optimizers.js';
import { resolveSettings } from '../../src/recipes/settings/resolve.js';
import type { SettingsLayer } from '../../src/recipes/settings/schema.js';
import { judged } from '../../src/runs/judged.js';
import { tensor } from '../../src/tensor/creation.js';
import { Lookahead } from '../../src/train/callbacks/lookahead.js';
import { WeightAveraging } from '../../src/train/callbacks/weight-averaging.js';
import { Trainer } from '../../src/train/trainer.js';

interface Golden extends Record<'x' | 'y' | 'shares', readonly number[]> {
  readonly start: { readonly weight: readonly number[]; readonly bias: readonly number[] };
  readonly cases: readonly {
    readonly settings: SettingsLayer & { readonly soft?: true };
    readonly losses: readonly number[];
    readonly weight: readonly number[];
    readonly bias: readonly number[];
    /** Loss of the averaged weights on the first batch. */
    readonly heldOut?: number;
  }[];
}

const golden = JSON.parse(readFileSync('test/goldens/training-steps.json', 'utf8')) as Golden;
const [samples, inputs, classes] = [5, 6, 4];
const part = (list: readonly number[], i: number, size: number) =>
  list.slice(i * size, (i + 1) * size);

function batch(i: number, soft: boolean) {
  const x = tensor(part(golden.x, i, samples * inputs)).reshape([samples, inputs]);
  const shares = tensor(part(golden.shares, i, samples * classes)).reshape([samples, classes]);
  const y = tensor(part(golden.y, i, samples), { dtype: 'int32' });
  return [x, soft ? shares : y] as const;
}

/** Batches in order; what is held out has class numbers. */
function loader(count: number, soft: boolean) {
  const batches = Array.from({ length: count }, (_, i) => batch(i, soft));
  return {
    length: count,
    async *[Symbol.asyncIterator]() {
      yield* batches;
    },
  };
}

/** The data whose classes are counted. */
const counted = {
  length: golden.y.length,
  targets: golden.y,
  get: () => [{ shape: [1], dtype: 'float32', data: new Float32Array(1) }, 0] as const,
} as const;

for (const compile of [false, true])
  for (const { settings: given, losses, weight, bias, heldOut } of golden.cases)
    test(`${JSON.stringify(given)}, ${compile ? 'compiled' : 'eager'}`, async () => {
      const { soft = false, ...layer } = given;
      const settings = resolveSettings({ optimizer: { name: 'sgd', lr: 0.5 } }, layer);
      const { accumulate, clip, ema, lookahead } = settings;
      const model = new Linear(inputs, classes);
      model.loadStateDict(
        new Map([
          ['weight', tensor([...golden.start.weight]).reshape([classes, inputs])],
          ['bias', tensor([...golden.start.bias])],
        ]),
      );
      const seen: number[] = [];
      const names = Array.from({ length: classes }, (_, k) => String(k));
      const optimizer = makeOptimizer(settings.optimizer, model.parameters());
      const schedule = makeSchedule(optimizer, { ...settings, epochs: 1 }, 2);
      const { last } = await new Trainer({
        ...{ model, epochs: 1, compile, accumulate, optimizer },
        ...(schedule && { scheduler: schedule.scheduler, schedulePer: schedule.per }),
        trainLoader: loader(2 * accumulate, soft),
        testLoader: loader(1, false),
        callbacks: [
          { onStep: ({ loss }) => void seen.push(loss) },
          ...(ema ? [new WeightAveraging(ema)] : []),
          ...(lookahead ? [new Lookahead({ ...lookahead, totalSteps: 2 })] : []),
        ],
        ...judged({ name: 'test', train: counted, classes: names }, settings),
        ...(clip?.norm != null && { clipGradNorm: clip.norm }),
        ...(clip?.value != null && { clipGradValue: clip.value }),
      }).fit();
      near(seen, losses);
      near(model.weight.data, weight);
      near(model.bias?.data ?? [], bias);
      if (heldOut !== undefined) near([last?.heldOut.loss ?? Number.NaN], [heldOut]);
    });

function near(found: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(found.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs((found[i] ?? 0) - value) < 1e-5, `${i}: ${found[i]}, ${value} is expected`);
  });
}

test('the settings change the steps: no two cases end alike', () => {
  const ends = golden.cases.map(({ weight }) => weight.map((value) => value.toFixed(4)).join());
  assert.equal(new Set(ends).size, ends.length);
});

test('settings of bce are refused where the loss is another', () => {
  assert.throws(() => resolveSettings({ loss: { targetThreshold: 0.5 } }), {
    name: 'ValueError',
    message: 'loss.targetThreshold: crossEntropy has no such setting, only bce has',
  });
});
