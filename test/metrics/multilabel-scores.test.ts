/** Scores of several classes at once equal those that scripts/goldens/metrics.py computes by torch. */
import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { averagePrecision } from '../../src/metrics/average-precision.js';
import { MultilabelScores } from '../../src/metrics/multilabel-scores.js';
import { fromArray, tensor, zeros } from '../../src/tensor/creation.js';
import { measure } from '../../src/train/measure.js';
import { readGolden } from '../nn/golden.js';

type Lists = Record<'targets' | 'scores' | 'precision' | 'recall' | 'f1', readonly number[]>;
const { multilabel: golden } = readGolden<{
  readonly multilabel: Lists & {
    readonly averagePrecision: readonly number[];
    readonly macroF1: number;
    readonly microF1: number;
  };
}>('metrics.json');
const samples = golden.targets.length / 4;
const scores = fromArray(Float32Array.from(golden.scores), [samples, 4]);
const targets = fromArray(Float32Array.from(golden.targets), [samples, 4]);

const near = (found: number | undefined, wanted: number | undefined, what: string) =>
  assert.ok(Math.abs((found ?? 0) - (wanted ?? 1)) < 1e-6, `${what}: ${found}, not ${wanted}`);

test('average precision, precision, recall and F1 of each class and their means', () => {
  const metric = new MultilabelScores();
  metric.update(scores.narrow(0, 0, 7), targets.narrow(0, 0, 7));
  metric.update(scores.narrow(0, 7, samples - 7), targets.narrow(0, 7, samples - 7));
  const { perClass, meanAveragePrecision, macroF1, microF1 } = metric.compute();
  perClass.forEach((own, k) => {
    near(own.precision, golden.precision[k], `precision ${k}`);
    near(own.f1, golden.f1[k], `f1 ${k}`);
    if (k === 3) return;
    near(own.recall, golden.recall[k], `recall ${k}`);
    near(own.averagePrecision, golden.averagePrecision[k], `average precision ${k}`);
  });
  assert.deepEqual([perClass[3]?.samples, perClass[3]?.averagePrecision], [0, Number.NaN]);
  near(meanAveragePrecision, golden.averagePrecision.reduce((a, b) => a + b) / 3, 'their mean');
  near(macroF1, golden.macroF1, 'macro F1');
  near(microF1, golden.microF1, 'micro F1');
  metric.reset();
  assert.ok(Number.isNaN(metric.compute().meanAveragePrecision));
});

test('average precision by hand: places 1 and 3 of 4, and a tie', () => {
  assert.equal(averagePrecision([4, 3, 2, 1], [1, 0, 1, 0]), (1 + 2 / 3) / 2);
  assert.equal(averagePrecision([1, 1, 0], [0, 1, 0]), 1 / 2);
});

test('targets that are no such targets are refused', () => {
  const metric = new MultilabelScores();
  assert.throws(() => metric.update(scores, targets.narrow(1, 0, 3)), {
    name: 'ShapeError',
    message: /^MultilabelScores: scores \[60, ?4\] and targets \[60, ?3\] must both be \[N, K\]$/,
  });
  assert.throws(() => metric.update(tensor([[1, 2]]), tensor([[0.5, 1]])), {
    name: 'ValueError',
    message: 'MultilabelScores: target 0.5 of sample 0 is neither 0 nor 1',
  });
});

test('a held-out set of several classes a sample is refused by name; shares are measured by the largest', async () => {
  const measured = (labels: number[][]) => {
    const batch = [zeros([2, 1, 1, 1]), tensor(labels)] as const;
    const batches = (async function* () {
      yield batch;
    })();
    const logits = tensor([
      [2, 1, 0],
      [0, 1, 2],
    ]);
    return measure(
      batches,
      () => ({ loss: tensor(0.5), logits }),
      async () => true,
    );
  };
  const mixed = await measured([
    [0.6, 0.4, 0],
    [0, 0.9, 0.1],
  ]);
  assert.equal(mixed?.accuracy, 0.5);
  await assert.rejects(
    measured([
      [1, 0, 0],
      [0, 1, 1],
    ]),
    {
      name: 'ValueError',
      message:
        /^labels: of a set to measure are \[2, ?3\], and those of sample 1 have a sum of 2, .* metrics\.MultilabelScores$/,
    },
  );
});
