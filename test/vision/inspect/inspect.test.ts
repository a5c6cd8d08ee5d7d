import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { decode } from '../../../src/vision/codecs/decode.js';
import { ArrayImages } from '../../../src/vision/datasets/array-images.js';
import { ImageFolder } from '../../../src/vision/datasets/image-folder.js';
import { Image } from '../../../src/vision/image.js';
import { channelStats } from '../../../src/vision/inspect/channel-stats.js';
import { inspect } from '../../../src/vision/inspect/inspect.js';
import { previewSamples, previewTransforms } from '../../../src/vision/inspect/preview.js';
import { Compose } from '../../../src/vision/transforms/compose.js';
import { Normalize } from '../../../src/vision/transforms/normalize.js';
import { RandomHorizontalFlip } from '../../../src/vision/transforms/random-flip.js';
import { Resize } from '../../../src/vision/transforms/resize.js';
import { ToTensor } from '../../../src/vision/transforms/to-tensor.js';
import { plainPng } from '../datasets/pictures.js';
import { put, temporaryFolder } from '../datasets/temporary-folder.js';

/** Two grey pictures of 1×2 pixels, of the classes 0 and 1. */
const tiny = new ArrayImages(
  {
    height: 1,
    width: 2,
    channels: 1,
    pixels: Uint8Array.of(0, 100, 200, 255),
    targets: Uint8Array.of(0, 1),
    classes: ['zero', 'one'],
  },
  { transform: new ToTensor() },
);

test('inspect finds what may spoil a training', async (t) => {
  const root = await temporaryFolder(t);
  const at = (name: string) => join(root, name);
  await put(root, 'train/cat/1.png', await plainPng(1, 20, 30));
  await put(root, 'train/cat/2 b.png', await plainPng(2, 20, 30));
  await put(root, 'train/cat/3.png', await plainPng(3, 40, 20, 1));
  await put(root, 'train/dog/tiny.png', await plainPng(4, 8, 30));
  await copyFile(at('train/cat/1.png'), await put(root, 'train/dog/copy.png', ''));
  await put(root, 'train/dog/bad.png', (await plainPng(5, 20, 30)).subarray(0, 50));
  await put(root, 'test/cat/1.png', await plainPng(9, 20, 30));
  await copyFile(at('train/cat/2 b.png'), await put(root, 'test/cat/x.png', ''));
  await put(root, 'test/dog/1.png', await plainPng(10, 20, 30));
  const train = await ImageFolder.open(at('train'));
  const testSet = await ImageFolder.open(at('test'), { classes: train.classes });
  const progress: number[] = [];
  const report = await inspect(
    [
      { name: 'train', dataset: train },
      { name: 'test', dataset: testSet },
    ],
    { onProgress: (done, total) => progress.push(done / total) },
  );
  assert.equal(progress.length, 9);
  assert.equal(progress.at(-1), 1);
  const [first] = report.splits;
  assert.deepEqual(
    { ...first, sizeBytes: 0 },
    {
      name: 'train',
      samples: 6,
      classes: [
        { name: 'cat', count: 3 },
        { name: 'dog', count: 3 },
      ],
      imbalance: 1,
      height: { min: 8, median: 20, max: 40 },
      width: { min: 20, median: 30, max: 30 },
      sizes: [
        { name: '20×30', count: 3 },
        { name: '40×20', count: 1 },
        { name: '8×30', count: 1 },
      ],
      forms: [
        { name: 'png rgb', count: 5 },
        { name: 'png grey', count: 1 },
      ],
      sizeBytes: 0,
    },
  );
  assert.equal(report.splits[1]?.imbalance, 2);
  assert.deepEqual(report.tiny, [
    { split: 'train', name: at('train/dog/tiny.png'), detail: '8×30' },
  ]);
  assert.equal(report.corrupt.length, 1);
  assert.equal(report.corrupt[0]?.name, at('train/dog/bad.png'));
  assert.match(report.corrupt[0]?.detail ?? '', /^damaged PNG/);
  assert.deepEqual(
    report.blanks.map(({ name }) => name),
    [at('train/cat/2 b.png')],
  );
  assert.deepEqual(report.rotated, []);
  assert.deepEqual(report.duplicates, [
    {
      members: [
        { split: 'train', name: at('train/cat/1.png'), label: 'cat' },
        { split: 'train', name: at('train/dog/copy.png'), label: 'dog' },
      ],
      acrossSplits: false,
      acrossClasses: true,
    },
    {
      members: [
        { split: 'train', name: at('train/cat/2 b.png'), label: 'cat' },
        { split: 'test', name: at('test/cat/x.png'), label: 'cat' },
      ],
      acrossSplits: true,
      acrossClasses: false,
    },
  ]);
});

test('pictures that lie in memory are inspected too', async () => {
  const { splits, corrupt, duplicates } = await inspect([{ name: 'all', dataset: tiny }]);
  assert.deepEqual(splits[0]?.forms, [{ name: 'bytes grey', count: 2 }]);
  assert.deepEqual([corrupt, duplicates], [[], []]);
});

test('mean and std count every pixel once', async (t) => {
  const stats = await channelStats(tiny);
  const values = [0, 100, 200, 255].map((value) => value / 255);
  const mean = values.reduce((a, b) => a + b) / 4;
  const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4);
  assert.ok(
    Math.abs((stats.mean[0] ?? 0) - mean) < 1e-12 && Math.abs((stats.std[0] ?? 0) - std) < 1e-12,
  );
  assert.deepEqual([stats.mean.length, stats.images, stats.pixels], [1, 2, 4]);

  const root = await temporaryFolder(t);
  await put(root, 'a/1.png', await plainPng(0, 1, 3));
  await put(root, 'b/1.png', await plainPng(255, 1, 1));
  await put(root, 'b/2.png', 'no picture');
  const folder = await ImageFolder.open(root);
  const color = await channelStats(folder);
  assert.deepEqual([color.mean, color.images, color.skipped], [[0.25, 0.25, 0.25], 2, 1]);
  const resized = await channelStats(folder, { prepare: new Resize([2, 2]) });
  assert.deepEqual([resized.mean, resized.pixels], [[0.5, 0.5, 0.5], 8]);
});

test('a preview shows samples of every class in turn, in their proportions', async () => {
  const { png, cells } = await previewSamples(tiny, { rows: 2, columns: 2, cellSize: 10 });
  assert.deepEqual(cells, [
    { row: 0, column: 0, label: 'zero' },
    { row: 0, column: 1, label: 'one' },
  ]);
  const grid = await decode(png);
  assert.deepEqual([grid.height, grid.width], [14, 26]);
  const pixel = (y: number, x: number) => grid.data[(y * grid.width + x) * 3];
  // The second picture, 200 and 255, fills columns 14–23 of rows 4–8 (it is twice as wide as high).
  assert.deepEqual([pixel(3, 18), pixel(6, 14), pixel(6, 23)], [40, 200, 255]);
  await assert.rejects(previewSamples(tiny, { columns: 0 }), {
    message: 'preview: columns=0 must be a whole number from 1 to 4096',
  });
});

test('a preview shows one picture under each transform, tensors too', async () => {
  const picture = new Image(1, 2, 3, Uint8Array.of(0, 0, 0, 255, 255, 255));
  const transforms = [
    new RandomHorizontalFlip(),
    new Compose([new ToTensor(), new Normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])]),
  ];
  const { png, cells } = await previewTransforms(picture, transforms, {
    columns: 16,
    cellSize: 4,
    seed: 1,
  });
  assert.equal(cells.length, 32);
  assert.equal(cells[0]?.label, transforms[0]?.toString());
  const grid = await decode(png);
  const left = (row: number, column: number) =>
    grid.data[((2 + row * 6 + 2) * grid.width + 2 + column * 6) * 3];
  const flips = Array.from({ length: 16 }, (_, column) => left(0, column));
  assert.deepEqual(new Set(flips), new Set([0, 255]));
  assert.deepEqual(
    new Set(Array.from({ length: 16 }, (_, column) => left(1, column))),
    new Set([0]),
  );
});
