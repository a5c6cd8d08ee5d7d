import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dropout, featureDropout } from '../../../src/ops/dropout.js';
import '../../../src/ops/index.js';
import { fromArray, ones } from '../../../src/tensor/creation.js';
import type { Tensor } from '../../../src/tensor/tensor.js';

const key = (draw: number, seed = 42): Tensor => fromArray(Int32Array.of(seed, 0, draw, 0), [4]);
const count = (values: ArrayLike<number>, value: number) =>
  Array.from(values).filter((v) => v === value).length;

for (const p of [0.1, 0.5, 0.8])
  test(`drops a part of ${p} and keeps the mean`, () => {
    const n = 40_000;
    const { data } = dropout([ones([n]), key(0)], { p });
    const dropped = count(data, 0);
    assert.equal(dropped + count(data, Math.fround(1 / (1 - p))), n);
    // Five standard deviations of a binomial count.
    assert.ok(Math.abs(dropped - n * p) < 5 * Math.sqrt(n * p * (1 - p)), `${dropped} of ${n}`);
  });

test('neighbours are dropped independently', () => {
  const n = 40_000;
  const { data } = dropout([ones([n]), key(1)], { p: 0.5 });
  for (const distance of [1, 2, 4, 64]) {
    let both = 0;
    for (let i = 0; i + distance < n; i++) if (data[i] === 0 && data[i + distance] === 0) both++;
    assert.ok(Math.abs(both - n / 4) < 5 * Math.sqrt((n * 3) / 16), `${both} at ${distance}`);
  }
});

test('the same key drops the same, another draw or seed drops others', () => {
  const drop = (k: Tensor) => Array.from(dropout([ones([100]), k], { p: 0.5 }).data);
  assert.deepEqual(drop(key(3)), drop(key(3)));
  assert.notDeepEqual(drop(key(3)), drop(key(4)));
  assert.notDeepEqual(drop(key(3)), drop(key(3, 43)));
});

test('gradients pass exactly where values do', () => {
  const x = ones([4, 6], { requiresGrad: true });
  const y = dropout([x, key(5)], { p: 0.4 });
  y.backward(ones([4, 6]));
  assert.deepEqual(x.grad?.data, y.data);
  assert.ok(count(y.data, 0) > 0);
});

test('featureDropout drops whole channels, and so does its gradient', () => {
  const x = ones([50, 8, 3, 2], { requiresGrad: true });
  const y = featureDropout([x, key(6)], { p: 0.5 });
  const channels = Array.from({ length: 400 }, (_, c) => y.data.slice(c * 6, c * 6 + 6));
  assert.ok(channels.every((channel) => channel.every((value) => value === channel[0])));
  const dropped = channels.filter((channel) => channel[0] === 0).length;
  assert.ok(Math.abs(dropped - 200) < 5 * 10, `${dropped} of 400`);
  y.backward(ones([50, 8, 3, 2]));
  assert.deepEqual(x.grad?.data, y.data);
});

test('p = 0 keeps and p = 1 drops everything, even infinities', () => {
  const x = fromArray(Float32Array.of(1, -2, Infinity), [3]);
  assert.deepEqual(dropout([x, key(7)], { p: 0 }).data, x.data);
  assert.deepEqual(dropout([x, key(7)], { p: 1 }).data, new Float32Array(3));
});
