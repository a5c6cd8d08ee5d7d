/** Bytes of elements on the device. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  deviceBytes,
  fromDevice,
  halfBytes,
  toDevice,
} from '../../../src/engine/webgpu/device/elements.js';

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

test('bytes lie in a word each, also where there are none', () => {
  const bytes = Uint8Array.of(0, 1, 255);
  const words = toDevice(bytes);
  assert.deepEqual(words, Uint32Array.of(0, 1, 255));
  assert.deepEqual(fromDevice('uint8', 3, words.buffer as ArrayBuffer), bytes);
  for (const dtype of ['bool', 'uint8', 'int32', 'float32'] as const)
    assert.equal(fromDevice(dtype, 0, new ArrayBuffer(4)).length, 0);
});
