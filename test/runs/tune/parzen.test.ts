import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../../src/core/rng.js';
import { frequencies, parzen } from '../../../src/runs/tune/parzen.js';

const grid = Array.from({ length: 2000 }, (_, i) => (i + 0.5) / 2000);

test('a Parzen density is one over 0–1, high where numbers lie', () => {
  for (const numbers of [[], [0], [0.5], [0.2, 0.21, 0.22, 0.9], [1, 1, 1]]) {
    const density = parzen(numbers);
    const mass = grid.reduce((sum, x) => sum + density.at(x) / grid.length, 0);
    assert.ok(Math.abs(mass - 1) < 1e-3, `${numbers}: ${mass}`);
  }
  const density = parzen([0.2, 0.21, 0.22, 0.9]);
  assert.ok(density.at(0.21) > 1.5 * density.at(0.6));
});

test('its samples are of its own density', () => {
  const density = parzen([0.1, 0.15, 0.2, 0.8]);
  const rng = new Rng(0);
  const samples = Array.from({ length: 4000 }, () => density.sample(rng));
  assert.ok(samples.every((x) => x >= 0 && x <= 1));
  for (const [low, high] of [
    [0, 0.25],
    [0.25, 0.6],
    [0.6, 1],
  ] as const) {
    const within = grid.filter((x) => x >= low && x < high);
    const expected = within.reduce((sum, x) => sum + density.at(x) / grid.length, 0);
    const found = samples.filter((x) => x >= low && x < high).length / samples.length;
    assert.ok(Math.abs(found - expected) < 0.03, `${low}–${high}: ${found}, ${expected}`);
  }
});

test('a choice that was taken more often is more likely, and none is impossible', () => {
  const density = frequencies([2, 2, 2, 0], 4);
  assert.deepEqual([0, 1, 2, 3].map(density.at), [2 / 8, 1 / 8, 4 / 8, 1 / 8]);
  const rng = new Rng(0);
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < 4000; i++) {
    const choice = density.sample(rng);
    counts[choice] = (counts[choice] ?? 0) + 1;
  }
  for (const [choice, count] of counts.entries())
    assert.ok(Math.abs(count / 4000 - density.at(choice)) < 0.03, `${choice}: ${count}`);
});
