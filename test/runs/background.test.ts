import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backgroundOf, commonBackground } from '../../src/runs/background.js';
import { Digits } from '../../src/vision/datasets/digits.js';
import { Image } from '../../src/vision/image.js';
import type { PictureDataset } from '../../src/vision/inspect/picture-dataset.js';

/** A picture whose edge is `edge` and whose middle is `middle`. */
function framed(edge: number, middle: number): Image {
  const image = new Image(5, 7, 1);
  image.data.fill(edge);
  for (let y = 1; y < 4; y++) image.data.fill(middle, y * 7 + 1, y * 7 + 6);
  return image;
}

function dataset(images: readonly Image[]): PictureDataset {
  const image = (index: number) => images[index] ?? framed(0, 0);
  return {
    length: images.length,
    targets: images.map(() => 0),
    classes: ['a', 'b'],
    notes: [],
    image,
    get: () => assert.fail('only pictures are looked at'),
  };
}

test('the background is what stands at the edge', () => {
  assert.equal(backgroundOf(framed(20, 255)), 'dark');
  assert.equal(backgroundOf(framed(230, 0)), 'light');
  assert.equal(backgroundOf(framed(128, 0)), null);
  assert.equal(backgroundOf(new Image(1, 1, 1)), 'dark');
  const touched = framed(255, 0);
  touched.data.fill(0, 0, 7); // what is shown may reach the edge
  assert.equal(backgroundOf(touched), 'light');
});

test('pictures of a data set have a background in common, or none', async () => {
  const dark = Array.from({ length: 20 }, () => framed(10, 200));
  assert.equal(await commonBackground(dataset(dark)), 'dark');
  assert.equal(await commonBackground(dataset([...dark, framed(255, 0)])), 'dark');
  assert.equal(
    await commonBackground(dataset([...dark, ...dark.slice(10).map(() => framed(255, 0))])),
    null,
  );
  assert.equal(await commonBackground(dataset([new Image(3, 3, 3)])), null);
  assert.equal(await commonBackground(await Digits.open({ split: 'train' })), 'dark');
});
