import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../src/core/rng.js';
import {
  BatchSampler,
  classBalancedSampler,
  RandomSampler,
  type Sampler,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
} from '../../src/data/samplers.js';

const order = (sampler: Sampler, seed = 1) => [...sampler.order(new Rng(seed))];
const sorted = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);

test('RandomSampler shows each index once; more samples start new rounds', () => {
  assert.deepEqual(sorted(order(new RandomSampler(5))), [0, 1, 2, 3, 4]);
  assert.notDeepEqual(order(new RandomSampler(9), 1), order(new RandomSampler(9), 2));
  assert.deepEqual(order(new RandomSampler(9), 1), order(new RandomSampler(9), 1));
  const long = order(new RandomSampler(4, { numSamples: 10 }));
  assert.equal(long.length, 10);
  assert.deepEqual(sorted(long.slice(0, 4)), [0, 1, 2, 3]);
  assert.deepEqual(sorted(long.slice(4, 8)), [0, 1, 2, 3]);
});

test('RandomSampler with replacement draws each index equally often on average', () => {
  const counts = [0, 0, 0, 0];
  for (const i of order(new RandomSampler(4, { replacement: true, numSamples: 4000 })))
    counts[i] = (counts[i] ?? 0) + 1;
  for (const count of counts) assert.ok(Math.abs(count - 1000) < 120, `${counts}`); // 4.4 σ
});

test('SubsetRandomSampler and SequentialSampler keep to their indices', () => {
  assert.deepEqual(sorted(order(new SubsetRandomSampler([7, 3, 5]))), [3, 5, 7]);
  assert.deepEqual(order(new SequentialSampler(3)), [0, 1, 2]);
});

test('WeightedRandomSampler follows its weights and never draws weight 0', () => {
  const counts = [0, 0, 0, 0];
  for (const i of order(new WeightedRandomSampler([1, 0, 2, 5], 8000)))
    counts[i] = (counts[i] ?? 0) + 1;
  assert.equal(counts[1], 0);
  [1000, 0, 2000, 5000].forEach((expected, i) => {
    assert.ok(Math.abs((counts[i] ?? 0) - expected) < 200, `${counts}`); // 4.5 σ
  });
});

test('one weight above 0 suffices with replacement', () => {
  assert.deepEqual(order(new WeightedRandomSampler([0, 3, 0], 4)), [1, 1, 1, 1]);
});

test('WeightedRandomSampler without replacement: no repeats, and heavy ones come first', () => {
  const sampler = new WeightedRandomSampler([1, 1, 1, 1000, 0], 3, { replacement: false });
  let heavyFirst = 0;
  for (let seed = 0; seed < 200; seed++) {
    const drawn = order(sampler, seed);
    assert.equal(new Set(drawn).size, 3);
    assert.ok(!drawn.includes(4));
    if (drawn[0] === 3) heavyFirst++;
  }
  assert.ok(heavyFirst > 190, `${heavyFirst}`); // 199.4 expected
});

test('a class-balanced sampler shows a rare class as often as a common one', () => {
  const targets = Array.from({ length: 1000 }, (_, i) => (i % 10 === 0 ? 1 : 0));
  const drawn = order(classBalancedSampler(targets, 4000));
  const rare = drawn.filter((i) => targets[i] === 1).length;
  assert.ok(Math.abs(rare - 2000) < 150, `${rare}`); // 4.7 σ
});

test('BatchSampler cuts; dropLast leaves the smaller rest out', () => {
  const batches = (dropLast: boolean) => {
    const sampler = new BatchSampler(new SequentialSampler(5), 2, { dropLast });
    return [sampler.length, ...sampler.batches(new Rng(0))];
  };
  assert.deepEqual(batches(false), [3, [0, 1], [2, 3], [4]]);
  assert.deepEqual(batches(true), [2, [0, 1], [2, 3]]);
});

test('weights and counts that make no sense are refused', () => {
  const refused: [() => unknown, string][] = [
    [
      () => new WeightedRandomSampler([1, -2], 1),
      'WeightedRandomSampler: weight 1 is -2, a number ≥ 0 is required',
    ],
    [
      () => new WeightedRandomSampler([0, 0], 1),
      'WeightedRandomSampler: 0 weights above 0 do not suffice for 1 samples',
    ],
    [
      () => new WeightedRandomSampler([1, 0], 2, { replacement: false }),
      'WeightedRandomSampler: 1 weights above 0 do not suffice for 2 samples without replacement',
    ],
    [
      () => new RandomSampler(0, { numSamples: 2 }),
      'RandomSampler: cannot draw 2 samples from none',
    ],
    [
      () => new RandomSampler(3, { numSamples: -1 }),
      'RandomSampler: numSamples=-1 must be a whole number ≥ 0',
    ],
  ];
  for (const [make, message] of refused) assert.throws(make, { name: 'ValueError', message });
});
