import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../../src/core/rng.js';
import { collateArrays } from '../../../src/data/collate-arrays.js';
import { ArrayImages, openArrayImages } from '../../../src/vision/datasets/array-images.js';
import { Compose } from '../../../src/vision/transforms/compose.js';
import { Normalize } from '../../../src/vision/transforms/normalize.js';
import { ToTensor } from '../../../src/vision/transforms/to-tensor.js';

const rng = new Rng(1);
const array = {
  height: 4,
  width: 5,
  channels: 3,
  pixels: Uint8Array.from({ length: 6 * 60 }, () => rng.int(256)),
  targets: Uint8Array.of(2, 0, 1, 1, 0, 2),
  classes: ['a', 'b', 'c'],
} as const;
const transform = new Compose([new ToTensor(), new Normalize([0.5, 0.4, 0.3], [0.1, 0.2, 0.3])]);

test('a batch of colour pictures through the table is its samples, bit for bit', async () => {
  const dataset = new ArrayImages(array, { transform });
  const indices = [3, 0, 5, 3];
  assert.deepEqual(
    await dataset.getBatch?.(indices, () => rng),
    collateArrays(indices.map((index) => dataset.get(index))),
  );
});

test('a transform in the place of the options is refused, not ignored', () => {
  assert.throws(() => new ArrayImages(array, transform as never), /^ValueError: ArrayImages: /);
  assert.throws(() => new ArrayImages(array, { transfrom: transform } as never), {
    message: /^ArrayImages: option 'transfrom' is unknown; .*transform/,
  });
});

test('another thread makes the same data set on the same memory', async () => {
  const dataset = new ArrayImages(array, { transform });
  const { argument } = dataset.workerSpec();
  const twin = await openArrayImages(
    structuredClone(argument) as Parameters<typeof openArrayImages>[0],
  );
  assert.deepEqual(twin.get(4), dataset.get(4));
  const { data } = dataset.image(4);
  data[0] = (data[0] ?? 0) ^ 1;
  assert.deepEqual(twin.image(4).data, data);
  assert.notDeepEqual(data, array.pixels.subarray(4 * 60, 5 * 60)); // the caller's array was copied
});
