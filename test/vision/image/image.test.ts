import assert from 'node:assert/strict';
import { test } from 'node:test';
import { floatImage, Image } from '../../../src/vision/image.js';

test('an image holds height × width × channels bytes', () => {
  assert.equal(new Image(2, 3, 3).data.length, 18);
  assert.throws(() => new Image(2, 3, 3, new Uint8Array(6)), {
    name: 'ShapeError',
    message: 'Image: 6 bytes, 2×3×3 = 18 are required',
  });
  assert.throws(() => new Image(0, 3, 1), {
    message: 'Image: 0×3: both sides must be whole numbers ≥ 1',
  });
  assert.throws(() => new Image(1e8, 1e8, 3), {
    message: 'Image: 30000000000000000 bytes, which no memory holds',
  });
  assert.throws(() => new Image(1, 1, 4 as never), {
    message: 'Image: 4 channels, 1 (grey) or 3 (RGB) are required',
  });
});

test('bytes are seen, not copied, and always as a plain Uint8Array', () => {
  const buffer = Buffer.from([1, 2, 3]);
  for (const bytes of [buffer, Uint8ClampedArray.from(buffer), Uint8Array.from(buffer)]) {
    const { data } = new Image(1, 1, 3, bytes);
    assert.equal(Object.getPrototypeOf(data), Uint8Array.prototype);
    bytes[0] = 77;
    assert.deepEqual([...data], [77, 2, 3]);
    assert.notEqual(data.slice().buffer, data.buffer);
  }
  assert.throws(() => new Image(1, 1, 3, [1, 2, 3] as never), {
    name: 'ValueError',
    message: 'Image: bytes are given as Array, a Uint8Array is required',
  });
});

test('a float image is an array of planes', () => {
  const image = floatImage(3, 2, 5);
  assert.deepEqual(image.shape, [3, 2, 5]);
  assert.equal(image.data.length, 30);
  assert.equal(image.dtype, 'float32');
});
