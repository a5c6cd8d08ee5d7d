import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootstrap } from '../../src/metrics/bootstrap.js';
import { wilson } from '../../src/metrics/wilson.js';

const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) < tolerance, `${actual}, ${expected} is expected`);

test("Wilson's interval is that of Newcombe (1998), Table I, method 3", () => {
  for (const [right, count, low, high] of [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const) {
    const interval = wilson(right, count);
    assert.equal(interval.estimate, right / count);
    near(interval.low, low, 6e-5);
    near(interval.high, high, 6e-5);
  }
});

test('it agrees with the bootstrap of the samples themselves, and has a width where all are right', () => {
  const [right, count] = [900, 1000];
  const share = (samples: Int32Array) => samples.reduce((n, i) => n + Number(i < right), 0) / count;
  const drawn = bootstrap(count, share, { seed: 0 });
  const { low, high } = wilson(right, count);
  near(low, drawn.low, 0.004); // the whole interval is 0.037 wide
  near(high, drawn.high, 0.004);
  const all = wilson(50, 50);
  assert.equal(all.high, 1);
  near(all.low, 0.9287, 1e-4);
});

test('counts that cannot be are refused', () => {
  assert.throws(() => wilson(3, 0), { message: 'wilson: count=0 must be a whole number ≥ 1' });
  assert.throws(() => wilson(4, 3), {
    message: 'wilson: right=4 must be a number from 0 to count=3',
  });
});
