import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figures } from '../../bench/figures.js';

const round = (times: readonly number[], foreign: number, kernelMs?: number) => ({
  times,
  foreign,
  rssBytes: 1000 * times.length,
  ...(kernelMs !== undefined && { kernelMs }),
});

test('median and 10th percentile are of all steps of the quiet rounds', () => {
  const rounds = [
    round([1, 2, 3, 4, 5, 6], 0.1),
    round([100, 100], 0.9),
    round([7, 8, 9, 10, 11], 0.2),
  ];
  const { medianMs, p10Ms, steps, quietRounds } = figures(rounds, 0.35);
  assert.deepEqual(
    { medianMs, p10Ms, steps, quietRounds },
    { medianMs: 6, p10Ms: 2, steps: 11, quietRounds: 2 },
  );
});

test('where no round was quiet all count, and the figures say so', () => {
  const { medianMs, quietRounds, steps } = figures([round([5, 7, 6], 0.8)], 0.35);
  assert.deepEqual({ medianMs, quietRounds, steps }, { medianMs: 6, quietRounds: 0, steps: 3 });
});

test('the overhead is the share of the steps outside of kernels, unknown where no worker tells', () => {
  assert.equal(figures([round([4, 6], 0, 2), round([10], 0, 8)], 0.35).overhead, 0.5);
  assert.equal(figures([round([4, 6], 0)], 0.35).overhead, undefined);
});

test('memory is the most that any round has seen', () => {
  assert.equal(figures([round([1], 0), round([1, 1], 0.9)], 0.35).rssBytes, 2000);
});
