import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../src/core/rng.js';
import { symmetricEigen } from '../../src/nn/symmetric-eigen.js';

const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);

test('a matrix of two: values and vectors by hand', () => {
  const { values, vectors } = symmetricEigen([
    [2, 1],
    [1, 2],
  ]);
  assert.deepEqual(
    values.map((value) => value.toFixed(12)),
    ['3.000000000000', '1.000000000000'],
  );
  for (const [i, sign] of [1, -1].entries()) {
    const [a = 0, b = 0] = vectors[i] ?? [];
    assert.ok(Math.abs(a - sign * b) < 1e-15);
    assert.ok(Math.abs(a * a + b * b - 1) < 1e-15);
  }
});

test('A v = λ v, the vectors are orthonormal, the values descend', () => {
  const rng = new Rng(3);
  const n = 12;
  const rows = Array.from({ length: n }, () => Array.from({ length: n }, () => rng.normal()));
  const matrix = rows.map((a) => rows.map((b) => dot(a, b)));
  const { values, vectors } = symmetricEigen(matrix);
  vectors.forEach((vector, i) => {
    const value = values[i] ?? Number.NaN;
    matrix.forEach((row, k) => {
      assert.ok(Math.abs(dot(row, vector) - value * (vector[k] ?? 0)) < 1e-12);
    });
    vectors.forEach((other, k) => {
      assert.ok(Math.abs(dot(vector, other) - Number(i === k)) < 1e-13);
    });
    if (i > 0) assert.ok((values[i - 1] ?? 0) >= value);
  });
});

test('a diagonal matrix is its own answer; what is no square of numbers is refused', () => {
  const { values, vectors } = symmetricEigen([
    [1, 0],
    [0, 5],
  ]);
  assert.deepEqual(values, [5, 1]);
  assert.deepEqual(vectors, [
    [0, 1],
    [1, 0],
  ]);
  for (const matrix of [[[1, 2]], [[Number.NaN]]])
    assert.throws(() => symmetricEigen(matrix), {
      message: 'symmetricEigen: a square matrix of finite numbers is required',
    });
});
