import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../../src/core/rng.js';
import { placeInArena, type Tenant } from '../../../src/engine/compiler/arena.js';

function randomTenants(rng: Rng): Tenant[] {
  return Array.from({ length: 60 }, () => {
    const first = rng.int(40);
    return { bytes: 1 + rng.int(5000), life: { first, last: first + rng.int(8) } };
  });
}

test('tenants that live at the same time never overlap', () => {
  for (let seed = 0; seed < 20; seed++) {
    const tenants = randomTenants(new Rng(seed));
    const { offsets, bytes } = placeInArena(tenants);
    tenants.forEach((a, i) => {
      const start = offsets[i] ?? -1;
      assert.ok(start >= 0 && start % 64 === 0 && start + a.bytes <= bytes);
      tenants.slice(0, i).forEach((b, j) => {
        const meet = a.life.first <= b.life.last && b.life.first <= a.life.last;
        const other = offsets[j] ?? -1;
        const apart = start + a.bytes <= other || other + b.bytes <= start;
        assert.ok(!meet || apart, `seed ${seed}: tenants ${i} and ${j}`);
      });
    });
  }
});

test('a chain of equal tensors needs room for two', () => {
  const chain = Array.from({ length: 30 }, (_, i) => ({
    bytes: 640,
    life: { first: i, last: i + 1 },
  }));
  assert.equal(placeInArena(chain).bytes, 1280);
});

test('the arena of random tenants is close to the most that lives at once', () => {
  for (let seed = 0; seed < 10; seed++) {
    const tenants = randomTenants(new Rng(seed, 1));
    const alive = Array.from({ length: 50 }, (_, time) =>
      tenants
        .filter(({ life }) => life.first <= time && time <= life.last)
        .reduce((sum, { bytes }) => sum + Math.ceil(bytes / 64) * 64, 0),
    );
    assert.ok(placeInArena(tenants).bytes <= 1.25 * Math.max(...alive));
  }
});
