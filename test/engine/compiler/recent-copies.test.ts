/** Results of ops one by one lie in the engine's memory, and what others get of them stays: elements are never old, nor another's. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Engine } from '../../../src/engine/engine.js';
import { nodeHost } from '../../../src/engine/pool/node-host.js';
import { currentEngine } from '../../../src/engine/select.js';
import {
  noGrad,
  ones,
  setThreads,
  type Tensor,
  tensor,
  useEngine,
  zeros,
} from '../../../src/index.js';

let previous: Engine;
before(() => {
  previous = currentEngine();
  setThreads(2);
  useEngine('wasm');
});
after(() => useEngine(previous));

/** Large enough for its copy to be kept. */
const size = 4096;
const result = () => ones([size]).mul(2);
const first = (x: Tensor) => x.at([0, 2]).toArray();

test('a result that was changed through its array is read as it is', () => {
  const y = result();
  assert.deepEqual(first(y.add(1)), [3, 3]);
  y.data[0] = 10;
  assert.deepEqual(first(y.add(1)), [11, 3]);
  const { data } = y;
  data[1] = 20;
  assert.deepEqual(first(y.add(1)), [11, 21]);
});

test('a result that was written in place is read as it is, again and again', () => {
  const y = result();
  for (let i = 1; i <= 6; i++) {
    y.add_(1);
    assert.deepEqual(first(y.mul(1)), [2 + i, 2 + i]);
  }
});

test('a part of the elements stays after the tensor is gone', () => {
  const parts = Array.from({ length: 4 }, (_, i) => zeros([size]).add(i).data.subarray(0, 2));
  nodeHost.collectGarbage?.();
  for (let i = 0; i < 8; i++) zeros([size]).add(100 + i);
  assert.deepEqual(
    parts.map((part) => [...part]),
    [0, 1, 2, 3].map((i) => [i, i]),
  );
});

test('in place through a view counts too', () => {
  const y = result();
  y.reshape([2, size / 2]).mul_(5);
  assert.deepEqual(first(y.add(0)), [10, 10]);
});

test('a reference kernel that writes in place leaves no old copy', () => {
  const y = result();
  const whole = y.to('float64');
  y.add(0);
  y.copy_(whole.mul(3).to('float32'));
  assert.deepEqual(first(y.add(0)), [6, 6]);
});

test('another engine may change what this one has a copy of', () => {
  const y = result();
  y.add(0);
  useEngine('reference');
  y.add_(100);
  useEngine('wasm');
  assert.deepEqual(first(y.add(0)), [102, 102]);
});

test('an array that came from outside may be changed outside', () => {
  const x = tensor(new Float32Array(size).fill(1));
  const y = x.mul(1);
  x.data[0] = 9;
  assert.deepEqual(first(x.mul(1)), [9, 1]);
  assert.deepEqual(first(y), [1, 1]);
});

test('copies give way to newer ones without being mistaken for them', () => {
  const kept = result();
  const many: Tensor[] = [];
  for (let i = 0; i < 40; i++) many.push(zeros([2 ** 20]).add(i)); // 160 MiB in all
  assert.deepEqual(first(kept.add(0)), [2, 2]);
  for (const [i, x] of many.entries()) assert.deepEqual(first(x.mul(1)), [i, i]);
});

test('an array that was handed out stays the tensor’s own while it is trained', () => {
  const y = zeros([size]);
  const { data } = y;
  noGrad(() => {
    for (let i = 0; i < 8; i++) y.add_(1);
  });
  assert.equal(data[0], 8);
  assert.equal(y.data, data);
});
