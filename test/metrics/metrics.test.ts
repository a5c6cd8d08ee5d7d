import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Accuracy, ConfusionMatrix, Mean } from '../../src/metrics/index.js';
import '../../src/ops/index.js';
import { tensor } from '../../src/tensor/creation.js';

const scores = tensor([
  [0.1, 0.7, 0.2],
  [0.5, 0.2, 0.3],
  [0.2, 0.3, 0.5],
  [0.4, 0.4, 0.2],
]);
const labels = tensor([1, 2, 2, 1], { dtype: 'int32' });

test('a mean weighs each value by its samples', () => {
  const mean = new Mean();
  mean.update(1, 30);
  mean.update(4, 10);
  assert.equal(mean.compute(), 1.75);
  mean.reset();
  assert.ok(Number.isNaN(mean.compute()));
  mean.update(2);
  assert.equal(mean.compute(), 2);
});

test('accuracy counts the label among the best classes, the first of equal ones first', () => {
  const [top1, top2] = [new Accuracy(), new Accuracy({ topK: 2 })];
  top1.update(scores, labels);
  assert.equal(top1.compute(), 0.5);
  top2.update(scores, labels);
  assert.equal(top2.compute(), 1);
  top1.update(tensor([[0, 0, 1]]), tensor([2], { dtype: 'int32' }));
  assert.equal(top1.compute(), 0.6);
  top1.reset();
  top1.update(tensor([[Number.NaN, 1]]), tensor([0], { dtype: 'int32' }));
  assert.equal(top1.compute(), 0);
});

test('a confusion matrix counts what was taken for what', () => {
  const matrix = new ConfusionMatrix(3);
  matrix.update(scores, labels);
  assert.deepEqual(matrix.compute(), [
    [0, 0, 0],
    [1, 1, 0],
    [1, 0, 1],
  ]);
  assert.equal(matrix.accuracy(), 0.5);
  assert.equal(matrix.precision(1), 1);
  assert.equal(matrix.recall(1), 0.5);
  assert.equal(matrix.f1(1), 2 / 3);
  assert.equal(matrix.precision(0), 0);
  assert.ok(Number.isNaN(matrix.recall(0)));
  matrix.reset();
  assert.equal(matrix.compute().flat().some(Boolean), false);
});

test('balanced accuracy is the mean recall of the classes that are there', () => {
  const matrix = new ConfusionMatrix(3);
  // Nine of class 0, one of class 2, none of class 1; every prediction is 0. scikit-learn's balanced_accuracy_score: 0.5.
  const always0 = tensor(Array.from({ length: 10 }, () => [1, 0, 0]));
  matrix.update(always0, tensor([0, 0, 0, 0, 0, 0, 0, 0, 0, 2], { dtype: 'int32' }));
  assert.equal(matrix.accuracy(), 0.9);
  assert.equal(matrix.balancedAccuracy(), 0.5);
  assert.equal(matrix.imbalance(), 9);
  assert.deepEqual([matrix.samples(), matrix.samples(0), matrix.samples(1)], [10, 9, 0]);
  assert.ok(Number.isNaN(matrix.precision(2)));
  const empty = new ConfusionMatrix(2);
  assert.ok(Number.isNaN(empty.balancedAccuracy()) && Number.isNaN(empty.accuracy()));
  assert.equal(empty.imbalance(), 1);
});

test('metrics say what does not fit', () => {
  const metric = new Accuracy();
  assert.throws(() => metric.update(scores, tensor([1, 2], { dtype: 'int32' })), {
    name: 'ShapeError',
    message: 'Accuracy: labels [2] must be [4], one for each row of scores [4,3]',
  });
  assert.throws(() => metric.update(tensor([1, 2]), tensor([1])), {
    message: 'Accuracy: scores [2] must be [N, K]',
  });
  assert.throws(() => metric.update(scores, tensor([0, 1, 5, 0], { dtype: 'int32' })), {
    message: 'Accuracy: label 5 at position 2 is out of range, 3 classes need labels from 0 to 2',
  });
  assert.throws(() => new Accuracy({ topK: 0 }), {
    message: 'Accuracy: topK=0 must be a whole number ≥ 1',
  });
  assert.throws(() => new ConfusionMatrix(2).update(scores, labels), {
    message: 'ConfusionMatrix: scores have 3 classes, the matrix 2',
  });
  assert.throws(() => new ConfusionMatrix(0), {
    message: 'ConfusionMatrix: numClasses=0 must be a whole number ≥ 1',
  });
});
