import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../src/ops/index.js';
import { AtMost } from '../../src/runs/at-most.js';
import { Batcher } from '../../src/runs/batcher.js';
import { full } from '../../src/tensor/creation.js';
import type { Tensor } from '../../src/tensor/tensor.js';

const never = new AbortController().signal;
/** Rows `[x, 2x]` of inputs that are x all over. */
const doubled = async (inputs: Tensor) => {
  const x = inputs.narrow(1, 0, 1).reshape([inputs.size(0), 1]);
  return x.mul(full([1, 2], 1)).mul(full([1, 2], 2).sub(full([1, 2], 0)));
};

test('inputs that wait together go together, in sizes that are compiled', async () => {
  const sizes: number[] = [];
  const batcher = new Batcher(doubled, (size) => sizes.push(size));
  const rows = await Promise.all(
    Array.from({ length: 50 }, (_, i) => batcher.add(full([1, 1, 1, 1], i), never)),
  );
  assert.deepEqual(
    rows.map(([first]) => first),
    Array.from({ length: 50 }, (_, i) => 2 * i),
  );
  assert.equal(
    sizes.reduce((sum, size) => sum + size, 0),
    50,
  );
  assert.ok(sizes[0] === 8 && sizes.every((size) => [1, 2, 4, 8].includes(size)), sizes.join());
  assert.equal(batcher.length, 0);
  await batcher.add(full([1, 1, 1, 1], 1), never);
  assert.equal(sizes.at(-1), 1);
});

test('who has gone is not computed for; an error is told to those of its batch alone', async () => {
  const sizes: number[] = [];
  let fails = true;
  const run = (inputs: Tensor) => {
    if (fails) throw new Error('broken');
    return doubled(inputs);
  };
  const batcher = new Batcher(run, (size) => sizes.push(size));
  const gone = new AbortController();
  const left = batcher.add(full([1, 1, 1, 1], 0), gone.signal);
  const broken = batcher.add(full([1, 1, 1, 1], 1), never);
  gone.abort(new Error('gone'));
  await assert.rejects(left, /gone/);
  await assert.rejects(broken, /broken/);
  assert.deepEqual(sizes, [1]);
  fails = false;
  assert.equal((await batcher.add(full([1, 1, 1, 1], 3), never))[0], 6);
});

test('those who have gone leave no gap in a batch', async () => {
  const sizes: number[] = [];
  const batcher = new Batcher(doubled, (size) => sizes.push(size));
  const gone = AbortSignal.abort(new Error('gone'));
  const rows = Array.from({ length: 24 }, (_, i) =>
    batcher.add(full([1, 1, 1, 1], i), i % 3 === 0 ? never : gone),
  );
  const told = await Promise.allSettled(rows);
  assert.deepEqual(
    told.map((one) => (one.status === 'fulfilled' ? one.value[0] : one.reason.message)),
    Array.from({ length: 24 }, (_, i) => (i % 3 === 0 ? 2 * i : 'gone')),
  );
  assert.deepEqual(sizes, [8]);
});

test('so many tasks run at a time, and an error frees its place', async () => {
  const limit = new AtMost(2);
  let [now, most] = [0, 0];
  const task = (fails: boolean) =>
    limit.run(async () => {
      most = Math.max(most, ++now);
      await new Promise(setImmediate);
      now--;
      if (fails) throw new Error('failed');
      return 'done';
    });
  const all = await Promise.allSettled([true, false, true, false, false].map(task));
  assert.deepEqual(
    all.map(({ status }) => status),
    ['rejected', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
  );
  assert.equal(most, 2);
});
