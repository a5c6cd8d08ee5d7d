import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../src/ops/index.js';
import { Rng } from '../../src/core/rng.js';
import { labelIssues } from '../../src/metrics/label-issues.js';
import { tensor } from '../../src/tensor/creation.js';

const int32 = { dtype: 'int32' } as const;

test('a sample counts as of a class that is as probable as it is on average for that label', () => {
  // Means of p(label): class 0 (0.9 + 0.8 + 0.1) / 3 = 0.6, class 1 (0.7 + 0.3) / 2 = 0.5, class 2 none.
  const probabilities = tensor([
    [0.9, 0.1, 0],
    [0.8, 0.2, 0],
    [0.1, 0.55, 0.35], // above the 0.5 of class 1: an issue
    [0.3, 0.7, 0],
    [0.45, 0.3, 0.25], // its best class is another than its label, yet below the 0.6 of that class: none
  ]);
  const { issues, thresholds } = labelIssues(probabilities, tensor([0, 0, 0, 1, 1], int32));
  assert.deepEqual(
    thresholds.map((value) => Number(value.toFixed(6))),
    [0.6, 0.5, Number.NaN],
  );
  assert.deepEqual(
    issues.map(({ index, label, suggested }) => [index, label, suggested]),
    [[2, 0, 1]],
  );
  assert.ok(Math.abs((issues[0]?.suggestedProbability ?? 0) - 0.55) < 1e-6);
});

test('of several classes the most probable counts, and the surest issues come first', () => {
  const probabilities = tensor([
    [0.4, 0.6, 0], // by label 0; thresholds: 0.25, 0.5, 0.4
    [0.1, 0.9, 0],
    [0.25, 0.5, 0.25],
    [0.4, 0.2, 0.4],
  ]);
  const { issues } = labelIssues(probabilities, tensor([0, 0, 1, 2], int32));
  assert.deepEqual(
    issues.map(({ index, suggested }) => [index, suggested]),
    [
      [1, 1],
      [0, 1],
    ],
  );
});

test('a model that says the same of all suspects nobody', () => {
  const same = tensor(Array.from({ length: 6 }, () => [0.1, 0.9]));
  const { issues } = labelIssues(same, tensor([1, 1, 1, 1, 1, 1], int32));
  assert.deepEqual(issues, []);
});

test('planted wrong labels are found by probabilities that are mostly right', () => {
  const rng = new Rng(1);
  const truth = Array.from({ length: 300 }, (_, n) => n % 3);
  const planted = new Set(Array.from({ length: 30 }, (_, i) => i * 10 + (i % 7)));
  const labels = truth.map((k, n) => (planted.has(n) ? (k + 1) % 3 : k));
  const rows = truth.map((k) => {
    const sure = 0.5 + 0.45 * rng.uniform();
    return [0, 1, 2].map((c) => (c === k ? sure : (1 - sure) / 2));
  });
  const { issues, thresholds } = labelIssues(tensor(rows), tensor(labels, int32));
  const found = issues.map(({ index }) => index).sort((a, b) => a - b);
  const sure = (n: number) => (rows[n]?.[n % 3] ?? 0) > (thresholds[n % 3] ?? 1);
  // About half of a class is below its mean: of those the method says nothing.
  assert.deepEqual(found, [...planted].filter(sure));
  assert.ok(found.length > 12 && found.length < 25, `${found.length}`);
});

test('scores, and labels that are no class, are refused', () => {
  const labels = tensor([0, 1], int32);
  assert.throws(
    () =>
      labelIssues(
        tensor([
          [2, -1],
          [0, 1],
        ]),
        labels,
      ),
    {
      message:
        /^labelIssues: a probability is 2, from 0 to 1 is required; pass scores through softmax\(1\) first$/,
    },
  );
  assert.throws(
    () =>
      labelIssues(
        tensor([
          [1, 0],
          [0, 1],
        ]),
        tensor([0, 2], int32),
      ),
    /labelIssues: label 2/,
  );
});
