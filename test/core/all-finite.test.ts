import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allFinite } from '../../src/core/all-finite.js';

test('one number that is not finite is found wherever it stands', () => {
  const largest = Float32Array.of(3.4e38, -3.4e38, 1e-45, -0, 0);
  assert.ok(allFinite(largest));
  assert.ok(allFinite(new Float32Array(0)));
  assert.ok(allFinite(Int32Array.of(2 ** 31 - 1)));
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    for (let at = 0; at < 5; at++) assert.ok(!allFinite(largest.with(at, bad)), `${bad} at ${at}`);
  assert.ok(!allFinite(Float64Array.of(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)));
});
