/** The pictures of mistakes, and what is said of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../src/ops/index.js';
import type { Dataset } from '../../src/data/dataset.js';
import { english } from '../../src/report/language/english.js';
import { Collected } from '../../src/runs/pictures/collected.js';
import { galleryOf } from '../../src/runs/pictures/galleries.js';
import { ShownSet } from '../../src/runs/pictures/shown-set.js';
import { fromArray } from '../../src/tensor/creation.js';
import { ToTensor } from '../../src/vision/transforms/to-tensor.js';

/** Grey pictures of one pixel, as bright as their place; classes in turn. */
const dataset: Dataset = {
  length: 6,
  get: (index) => [
    { shape: [1, 1, 1], dtype: 'float32', data: Float32Array.of(index / 255) },
    index % 3,
  ],
};

/** Scores of classes 0, 1 and 2 for the pictures 0 to 5. */
const scores = [
  [4, 0, 0], // right
  [3, 0, 0], // 1 taken for 0
  [0, 0, 4], // right
  [0, 0, 5], // 0 taken for 2
  [2, 0, 0], // 1 taken for 0, less surely
  [0, 0, 1], // right, hardly
];

test('the worst come first; of a pair come the pictures of that pair', async () => {
  const collected = new Collected();
  const buffer = new Float32Array(6); // which is used again for each batch
  for (const from of [0, 2, 4]) {
    buffer.set(scores.slice(from, from + 2).flat());
    const labels = Int32Array.of(from % 3, (from + 1) % 3);
    collected.add(fromArray(buffer, [2, 3]), fromArray(labels, [2]));
  }
  const predictions = collected.predictions();
  assert.ok(predictions);
  const confusion = [
    [1, 0, 1],
    [2, 0, 0],
    [0, 0, 2],
  ];
  const set = new ShownSet(dataset, new ToTensor(), []);
  const gallery = await galleryOf(set, predictions, confusion, ['a', 'b', 'c'], english);
  const shown = gallery.losses.flatMap(({ pictures }) => pictures);
  assert.deepEqual(
    shown.map(({ image }) => image.data[0]),
    [3, 1, 4, 5, 0, 2],
  );
  assert.deepEqual(shown[0]?.lines, ['taken for c, 99%', 'is a, loss 5.0']);
  assert.deepEqual(
    gallery.pairs.map(({ heading, pictures }) => [
      heading,
      pictures.map(({ image }) => image.data[0]),
    ]),
    [
      ['b taken for a: 2×', [1, 4]],
      ['a taken for c: 1×', [3]],
    ],
  );
});
