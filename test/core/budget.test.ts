import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spend, withinBudget } from '../../src/core/budget.js';
import { allocate, allocateUncleared } from '../../src/core/dtype.js';
import '../../src/ops/index.js';
import { Linear } from '../../src/nn/linear.js';
import { zeros } from '../../src/tensor/creation.js';

const MiB = 2 ** 20;
const refused = { name: 'ValueError' };

test('what is allocated comes out of the budget, and out of those around it', () => {
  withinBudget(10 * MiB, () => {
    allocate('float32', MiB);
    withinBudget(100 * MiB, () => {
      allocateUncleared('uint8', 5 * MiB);
      assert.throws(() => spend(2 * MiB), {
        ...refused,
        message: 'memory: 2 MiB are asked for, 1 MiB are allowed here',
      });
      spend(MiB);
    });
    assert.throws(() => zeros([1]), refused);
  });
  allocate('uint8', 20 * MiB);
});

test('an error gives the budget back as it was', () => {
  assert.throws(() => withinBudget(10, () => new Linear(1e5, 1e5)), refused);
  allocate('uint8', MiB);
});

test('nothing is allocated for a network that is too large', () => {
  const before = process.memoryUsage().arrayBuffers;
  assert.throws(() => withinBudget(64 * MiB, () => new Linear(512, 1e9)), refused);
  assert.ok(process.memoryUsage().arrayBuffers - before < 64 * MiB);
});
