import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../src/ops/index.js';
import { Rng } from '../../src/core/rng.js';
import { umap } from '../../src/explain/umap.js';
import { tensor, zeros } from '../../src/tensor/creation.js';

/** Three groups of points in eight dimensions, in turn. */
function groups(count: number) {
  const rng = new Rng(4);
  return tensor(
    Array.from({ length: count }, (_, n) =>
      Array.from({ length: 8 }, (_, j) => rng.normal() + (j % 3 === n % 3 ? 8 : 0)),
    ),
  );
}

test('umap keeps groups together and apart', async () => {
  const count = 60;
  const map = await umap(groups(count), { neighbors: 8 });
  assert.deepEqual(map.shape, [count, 2]);
  const distance = (a: number, b: number) =>
    Math.hypot(...[0, 1].map((k) => Number(map.data[2 * a + k]) - Number(map.data[2 * b + k])));
  let kept = 0;
  for (let n = 0; n < count; n++) {
    const others = Array.from({ length: count }, (_, m) => m).filter((m) => m !== n);
    const [nearest = 0] = others.sort((a, b) => distance(n, a) - distance(n, b));
    if (nearest % 3 === n % 3) kept++;
  }
  assert.equal(kept, count);
});

test('the same seed gives the same map, to the bit', async () => {
  const points = groups(20);
  const [a, b, c] = [await umap(points), await umap(points), await umap(points, { seed: 1 })];
  assert.deepEqual(a.data, b.data);
  assert.notDeepEqual(a.data, c.data);
  assert.ok(a.data.every(Number.isFinite));
  assert.ok((await umap(groups(3))).data.every(Number.isFinite), 'three points make a map');
  assert.ok((await umap(zeros([5, 4]))).data.every(Number.isFinite), 'so do equal ones');
});

test('umap refuses what it has no map for', async () => {
  await assert.rejects(umap(zeros([2, 4])), {
    name: 'ShapeError',
    message: /^umap: points \[2,4\] must be/,
  });
  await assert.rejects(umap(zeros([5, 4]), { neighbors: 5 }), {
    message: /neighbors=5 must be .* from 2 to 4/,
  });
  await assert.rejects(umap(zeros([5, 4]), { minDist: -1 }), { message: /minDist=-1/ });
});
