import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DataError } from '../../src/core/errors.js';
import { Rng } from '../../src/core/rng.js';
import type { Collated } from '../../src/data/collate.js';
import { DataLoader, type DataLoaderOptions } from '../../src/data/dataloader.js';
import type { Dataset, Sample } from '../../src/data/dataset.js';
import { Subset } from '../../src/data/subset.js';
import '../../src/index.js';
import { ArrayImages } from '../../src/vision/datasets/array-images.js';
import { ColorJitter } from '../../src/vision/transforms/color-jitter.js';
import { Compose } from '../../src/vision/transforms/compose.js';
import { Normalize } from '../../src/vision/transforms/normalize.js';
import { RandomCrop } from '../../src/vision/transforms/random-crop.js';
import { RandomRotation } from '../../src/vision/transforms/random-rotation.js';
import { ToTensor } from '../../src/vision/transforms/to-tensor.js';

/** Samples of two random numbers, written in place where there is one and it is wanted. */
class Pairs implements Dataset<Sample> {
  readonly length = 23;
  placed = 0;
  offered = 0;

  constructor(
    private readonly inPlace: boolean,
    private readonly damaged: readonly number[] = [],
    private readonly sizeOf: (index: number) => number = () => 2,
  ) {}

  get(index: number, rng: Rng = new Rng(0), place?: Float32Array): Sample {
    if (this.damaged.includes(index)) throw new DataError(`${index}.png`, 'damaged');
    const size = this.sizeOf(index);
    if (place !== undefined) this.offered++;
    const here = this.inPlace && place?.length === size;
    if (here) this.placed++;
    const data = here ? place : new Float32Array(size);
    for (let i = 0; i < size; i++) data[i] = index + rng.uniform();
    return [{ shape: [size], dtype: 'float32', data }, index];
  }
}

/** What a loader gives in two epochs, copied. */
async function batchesOf(
  dataset: Dataset<Sample>,
  options: DataLoaderOptions<Sample, Collated<Sample>> = {},
): Promise<unknown[]> {
  const settings = { batchSize: 5, shuffle: true, seed: 4, persistentWorkers: true, ...options };
  const loader = new DataLoader<Sample>(dataset, settings);
  const seen: unknown[] = [];
  for (let epoch = 0; epoch < 2; epoch++)
    for await (const [x, y] of loader) seen.push([x.shape, x.toArray(), y.toArray()]);
  await loader.close();
  return seen;
}

test('samples that are written in place give the batches that copied ones give', async () => {
  const placed = new Pairs(true);
  assert.deepEqual(await batchesOf(placed), await batchesOf(new Pairs(false)));
  assert.equal(placed.placed, 2 * 23 - 5, 'all but the first batch, whose size nobody knew');
  const part = new Pairs(true);
  await batchesOf(new Subset(part, [3, 1, 4, 1, 5, 9, 2, 6]));
  assert.equal(part.placed, 2 * 8 - 5, 'wrappers hand the place on');
});

test('a data set that leaves its places empty is given no more of them', async () => {
  const dataset = new Pairs(false);
  await batchesOf(dataset);
  assert.equal(dataset.offered, 5, 'those of the second batch');
});

test('a sample that is left out moves those after it', async () => {
  const damaged = [2, 7, 8, 20];
  const options = { onError: 'skip' } as const;
  const placed = await batchesOf(new Pairs(true, damaged), options);
  assert.deepEqual(placed, await batchesOf(new Pairs(false, damaged), options));
});

test('samples that come to differ in size are refused as ever', async () => {
  const sizeOf = (index: number) => (index < 12 ? 2 : 3);
  await assert.rejects(batchesOf(new Pairs(true, [], sizeOf), { shuffle: false }), {
    name: 'ShapeError',
    message: /sample 12 has shape \[3\], of sample 10 \[2\]/,
  });
});

/** Pictures whose transform goes through lent memory into the batch. */
function pictures(): ArrayImages {
  const rng = new Rng(3);
  return new ArrayImages(
    {
      height: 12,
      width: 10,
      channels: 3,
      pixels: Uint8Array.from({ length: 23 * 360 }, () => rng.int(256)),
      targets: Uint8Array.from({ length: 23 }, (_, i) => i % 4),
      classes: ['a', 'b', 'c', 'd'],
    },
    {
      transform: new Compose([
        new RandomCrop(9, { padding: 2 }),
        new ColorJitter({ brightness: 0.4, saturation: 0.4, hue: 0.1 }),
        new RandomRotation(30),
        new ToTensor(),
        new Normalize(0.5, 0.2),
      ]),
    },
  );
}

test('reuseMemory gives the same batches, with any number of workers', async () => {
  const fresh = await batchesOf(pictures());
  for (const numWorkers of [0, 1, 2])
    assert.deepEqual(await batchesOf(pictures(), { reuseMemory: true, numWorkers }), fresh);
});

test('reuseMemory writes into the memory of the batch before, and only then', async () => {
  const memoryOf = async (reuseMemory: boolean) => {
    const loader = new DataLoader<Sample>(pictures(), { batchSize: 5, reuseMemory });
    const buffers = new Set<unknown>();
    for await (const [x] of loader) buffers.add(x.data.buffer);
    return buffers.size;
  };
  assert.equal(await memoryOf(true), 1);
  assert.equal(await memoryOf(false), 5);
});
