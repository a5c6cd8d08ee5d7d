import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isBest } from '../../src/cli/tune-report.js';
import type { TrialRecord } from '../../src/runs/tune/trial-record.js';

/** A trial of which only what is compared matters. */
const record = (trial: number, epochs: number, value: number | null) =>
  ({ trial, epochs, value }) as TrialRecord;

test('the best so far is the first of equals, among those that have come as far', () => {
  const [first, equal, better] = [record(1, 2, 0.5), record(2, 2, 0.5), record(3, 2, 0.7)];
  assert.ok(isBest(first, [first], false));
  assert.ok(isBest(first, [equal, first], false), 'trial 2 ended before');
  assert.ok(!isBest(equal, [first, equal], false));
  assert.ok(isBest(better, [first, equal, better], false));
  assert.ok(!isBest(better, [first, equal, better], true), 'of losses the smaller is better');
  const further = record(4, 6, 0.6);
  assert.ok(isBest(further, [first, better, further], false), 'none has come as far');
  const failed = record(5, 2, null);
  assert.ok(isBest(first, [failed, first], false));
});
