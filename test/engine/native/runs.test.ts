import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pixelGroups } from '../../../src/engine/native/kernels/pixel-groups.js';
import { axisRuns } from '../../../src/engine/native/lower/axis.js';
import { runsOf } from '../../../src/engine/native/runs.js';

test('values that follow each other and are equal are a run, told by the first one', () => {
  assert.deepEqual(runsOf([]), []);
  assert.deepEqual(runsOf(['a', 'a', 'b', 'a']), [
    { value: 'a', at: 0, count: 2 },
    { value: 'b', at: 2, count: 1 },
    { value: 'a', at: 3, count: 1 },
  ]);
  assert.deepEqual(runsOf([undefined, undefined, [undefined], [null]]), [
    { value: undefined, at: 0, count: 2 },
    { value: [undefined], at: 2, count: 2 },
  ]);
});

test('what runs are to have in common may be said', () => {
  const runs = runsOf([1, 3, 4, 6, 7], (n) => n % 2);
  assert.deepEqual(
    runs.map(({ value, count }) => [value, count]),
    [
      [1, 2],
      [4, 2],
      [7, 1],
    ],
  );
});

test('outputs of an axis by the kernel elements that are inside', () => {
  const axis = { size: 7, outSize: 7, kernel: 5, step: 1, padding: 2, dilation: 1 };
  assert.deepEqual(axisRuns(axis), [
    { at: 0, count: 1, first: 2, kernel: 3 },
    { at: 1, count: 1, first: 1, kernel: 4 },
    { at: 2, count: 3, first: 0, kernel: 5 },
    { at: 5, count: 1, first: 0, kernel: 4 },
    { at: 6, count: 1, first: 0, kernel: 3 },
  ]);
  // Outputs that meet nothing.
  const far = { size: 1, outSize: 3, kernel: 1, step: 1, padding: 1, dilation: 1 };
  assert.deepEqual(axisRuns(far), [
    { at: 0, count: 1, first: 0, kernel: 0 },
    { at: 1, count: 1, first: 0, kernel: 1 },
    { at: 2, count: 1, first: 0, kernel: 0 },
  ]);
});

test('groups of pixels are as even as can be, and of one run only where the same taps are inside', () => {
  const row = { inWidth: 14, outWidth: 14, step: 1, taps: [-1, 0, 1] };
  assert.deepEqual(pixelGroups(row, 3), [
    { count: 1, pixels: 3, at: 0 },
    { count: 3, pixels: 3, at: 3 },
    { count: 1, pixels: 2, at: 12 },
  ]);
  assert.deepEqual(pixelGroups({ ...row, inWidth: 40 }, 7), [
    { count: 1, pixels: 7, at: 0 },
    { count: 1, pixels: 7, at: 7 },
  ]);
});
