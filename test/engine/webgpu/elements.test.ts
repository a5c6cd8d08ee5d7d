/** Bytes of elements on the device. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceBytes, halfBytes } from '../../../src/engine/webgpu/device/elements.js';

test('elements take whole words, and buffers are not empty', () => {
  assert.deepEqual([0, 1, 2, 3, 8].map(halfBytes), [4, 4, 4, 8, 16]);
  assert.deepEqual(
    [0, 1, 3].map((n) => deviceBytes('float32', n)),
    [4, 4, 12],
  );
  assert.deepEqual(
    [0, 1, 3].map((n) => deviceBytes('uint8', n)),
    [4, 4, 12],
  );
});
