/** Scores equal those that scripts/goldens/metrics.py computes by torch, whatever the batches. */
import '../../src/ops/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as metrics from '../../src/metrics/index.js';
import { fromArray, tensor } from '../../src/tensor/creation.js';
import { readGolden } from '../nn/golden.js';

interface Golden {
  readonly labels: number[];
  readonly scores: number[];
  readonly report: { perClass: number[][]; macro: number[]; weighted: number[] };
  readonly top2: number;
  readonly nll: number;
  readonly brier: number;
  readonly calibrationError: Readonly<Record<string, number>>;
  readonly temperature: number;
  readonly areas: number[];
  readonly macroArea: number;
  readonly weightedArea: number;
}

const golden = readGolden<Golden>('metrics.json');
const count = golden.labels.length;
const scores = fromArray(Float32Array.from(golden.scores), [count, 5]);
const labels = tensor(golden.labels, { dtype: 'int32' });

const near = (found: number, wanted: number, what: string, tolerance = 1e-6) =>
  assert.ok(Math.abs(found - wanted) <= tolerance, `${what}: ${found}, torch gives ${wanted}`);

/** The metric of all samples, in batches of different sizes. */
function inBatches<T extends { update(scores: unknown, labels: unknown): void }>(metric: T): T {
  for (const [from, size] of [
    [0, 7],
    [7, 1],
    [8, count - 8],
  ] as const)
    metric.update(scores.narrow(0, from, size), labels.narrow(0, from, size));
  return metric;
}

test('precision, recall and F1 of classes and their means', () => {
  const report = metrics.classReport(inBatches(new metrics.ConfusionMatrix(5)));
  golden.report.perClass.forEach(([precision = 0, recall = 0, f1 = 0, samples], k) => {
    const own = report.perClass[k];
    near(own?.precision ?? Number.NaN, precision, `precision ${k}`);
    near(own?.recall ?? Number.NaN, recall, `recall ${k}`);
    near(own?.f1 ?? Number.NaN, f1, `f1 ${k}`);
    assert.equal(own?.samples, samples);
  });
  assert.ok(Number.isNaN(report.perClass[4]?.f1), 'neither in the data nor predicted');
  for (const average of ['macro', 'weighted'] as const) {
    const { precision, recall, f1 } = report[average];
    [precision, recall, f1].forEach((value, i) => {
      near(value, golden.report[average][i] ?? Number.NaN, `${average} ${i}`);
    });
  }
  near(report.accuracy, report.weighted.recall, 'accuracy is the weighted recall');
  near(report.balancedAccuracy, report.macro.recall, 'balanced accuracy the macro recall');
});

test('a class that is never predicted has a precision of 0 in means', () => {
  const matrix = new metrics.ConfusionMatrix(2);
  matrix.update(
    tensor([
      [1, 0],
      [1, 0],
    ]),
    tensor([0, 1], { dtype: 'int32' }),
  );
  const { macro, perClass } = metrics.classReport(matrix);
  assert.deepEqual(perClass[1], { precision: 0, recall: 0, f1: 0, samples: 1 });
  assert.equal(macro.precision, 0.25);
});

test('top-2 accuracy, negative log likelihood, Brier score', () => {
  near(inBatches(new metrics.Accuracy({ topK: 2 })).compute(), golden.top2, 'top 2');
  near(inBatches(new metrics.NegativeLogLikelihood()).compute(), golden.nll, 'nll');
  near(inBatches(new metrics.BrierScore()).compute(), golden.brier, 'brier');
});

test('expected calibration error, and the bins of a reliability diagram', () => {
  for (const [bins, wanted] of Object.entries(golden.calibrationError)) {
    const metric = inBatches(new metrics.CalibrationError({ numBins: Number(bins) }));
    near(metric.compute(), wanted, `${bins} bins`);
    assert.equal(
      metric.bins().reduce((sum, { samples }) => sum + samples, 0),
      count,
    );
    for (const { low, high, samples: held, confidence } of metric.bins())
      assert.ok(held === 0 || (confidence > low && confidence <= high), `${confidence} in ${low}`);
    metric.reset();
    assert.ok(Number.isNaN(metric.compute()));
  }
  const torn = new metrics.CalibrationError({ numBins: 10 });
  torn.update(tensor([[0, 0]]), tensor([0], { dtype: 'int32' }));
  assert.equal(torn.bins()[4]?.samples, 1, 'a bin holds its upper bound: 50 %');
  const sure = new metrics.CalibrationError({ numBins: 10 });
  sure.update(
    tensor([
      [50, 0],
      [0, 50],
    ]),
    tensor([0, 0], { dtype: 'int32' }),
  ); // twice 100 %, right once
  assert.deepEqual(sure.bins()[9], { low: 0.9, high: 1, samples: 2, confidence: 1, accuracy: 0.5 });
  near(sure.compute(), 0.5, 'sure and half right');
});

test('the temperature is that of the least negative log likelihood', () => {
  const found = metrics.fitTemperature(scores, labels);
  near(found, golden.temperature, 'temperature', 1e-5);
  assert.ok(golden.temperature > 1.1, 'the scores are too sure');
  const nll = (t: number) => {
    const metric = new metrics.NegativeLogLikelihood();
    metric.update(scores.div(t), labels);
    return metric.compute();
  };
  assert.ok(nll(found) < nll(1) && nll(found) < nll(found * 1.1) && nll(found) < nll(found / 1.1));
  const right = tensor([0, 1], { dtype: 'int32' });
  assert.equal(
    metrics.fitTemperature(
      tensor([
        [2, 0],
        [0, 2],
      ]),
      right,
    ),
    0.01,
  );
  assert.equal(
    metrics.fitTemperature(
      tensor([
        [0, 2],
        [2, 0],
      ]),
      right,
    ),
    100,
  );
});

test('areas under the curve, one class against all others', () => {
  const macro = inBatches(new metrics.AUROC());
  const areas = macro.perClass();
  golden.areas.forEach((area, k) => {
    near(areas[k] ?? Number.NaN, area, `class ${k}`);
  });
  assert.ok(Number.isNaN(areas[4]));
  near(macro.compute(), golden.macroArea, 'macro');
  near(
    inBatches(new metrics.AUROC({ average: 'weighted' })).compute(),
    golden.weightedArea,
    'weighted',
  );
  assert.equal(metrics.rocAuc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]), 0.75);
  assert.equal(metrics.rocAuc([1, 1, 1], [true, false, false]), 0.5);
});

test('a bootstrap interval holds what it should, the same for the same seed', () => {
  const right = Array.from({ length: 400 }, (_, n) => Number(n % 5 !== 0)); // 80 %
  const mean = (chosen: Int32Array) =>
    chosen.reduce((sum, n) => sum + (right[n] ?? 0), 0) / chosen.length;
  const { estimate, low, high } = metrics.bootstrap(400, mean, { seed: 1 });
  assert.equal(estimate, 0.8);
  // The normal interval of a share: ±1.96 · √(0.8 · 0.2 / 400) = ±0.0392.
  near(low, 0.8 - 0.0392, 'low', 0.006);
  near(high, 0.8 + 0.0392, 'high', 0.006);
  assert.deepEqual(metrics.bootstrap(400, mean, { seed: 1 }), { estimate, low, high });
  const narrow = metrics.bootstrap(400, mean, { seed: 1, confidence: 0.5, numResamples: 500 });
  assert.ok(narrow.low > low && narrow.high < high);
  let drawn = 0; // a statistic whose values on 12 draws are 0, 1, … 11
  const between = metrics.bootstrap(1, () => drawn++, { confidence: 0.5, numResamples: 12 });
  assert.deepEqual([between.low, between.high], [2.75, 8.25]); // as numpy.percentile gives
  assert.throws(() => metrics.bootstrap(0, mean), {
    message: 'bootstrap: count=0 must be a whole number ≥ 1',
  });
  assert.throws(() => metrics.bootstrap(4, mean, { confidence: 1 }), { name: 'ValueError' });
});
