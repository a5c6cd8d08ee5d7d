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
  assert.throws(() => new Image(1, 1, 4 as never), {
    message: 'Image: 4 channels, 1 (grey) or 3 (RGB) are required',
  });
});

test('a float image is an array of planes', () => {
  const image = floatImage(3, 2, 5);
  assert.deepEqual(image.shape, [3, 2, 5]);
  assert.equal(image.data.length, 30);
  assert.equal(image.dtype, 'float32');
});
