import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { DataError, ValueError, WickError } from '../../src/core/errors.js';
import { ConcatDataset } from '../../src/data/concat-dataset.js';
import { DataLoader, type DataLoaderOptions } from '../../src/data/dataloader.js';
import type { Sample } from '../../src/data/dataset.js';
import {
  type Batches,
  BatchSampler,
  RandomSampler,
  SequentialSampler,
} from '../../src/data/samplers.js';
import { Subset } from '../../src/data/subset.js';
import { TensorDataset } from '../../src/data/tensor-dataset.js';
import { Generator, manualSeed } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { MarkDataset, NoiseDataset, type NoiseOptions } from './noise-dataset.js';

type Options = DataLoaderOptions<Sample, readonly [Tensor, Tensor]>;

function noiseLoader(dataset: NoiseOptions, options: Options = {}) {
  return new DataLoader<Sample, readonly [Tensor, Tensor]>(new NoiseDataset(dataset), {
    batchSize: 4,
    seed: 5,
    ...options,
  });
}

/** The sample indices of each batch of an epoch. */
async function indicesOf(loader: AsyncIterable<readonly [Tensor, Tensor]>): Promise<number[][]> {
  const batches: number[][] = [];
  for await (const [x] of loader) batches.push([...x.data].filter((_, i) => i % 3 === 0));
  return batches;
}

async function epochHash(loader: AsyncIterable<readonly [Tensor, Tensor]>): Promise<string> {
  const hash = createHash('sha256');
  for await (const batch of loader)
    for (const { data, shape } of batch)
      hash.update(shape.join()).update(new Uint8Array(data.buffer));
  return hash.digest('hex');
}

test('batches are tensors: float32 samples stacked, int32 class numbers', async () => {
  const loader = noiseLoader({ length: 10 });
  assert.equal(loader.length, 3);
  const shapes: unknown[] = [];
  for await (const [x, y] of loader) shapes.push([x.shape, x.dtype, y.shape, y.dtype]);
  assert.deepEqual(shapes, [
    [[4, 3], 'float32', [4], 'int32'],
    [[4, 3], 'float32', [4], 'int32'],
    [[2, 3], 'float32', [2], 'int32'],
  ]);
  assert.deepEqual(await indicesOf(noiseLoader({ length: 6 }, { dropLast: true })), [[0, 1, 2, 3]]);
});

test('two epochs have the same batches with 0, 1, 2 and 4 workers, and differ from each other', async () => {
  const hashes = await Promise.all(
    [0, 1, 2, 4].map(async (numWorkers) => {
      const loader = noiseLoader({ length: 23 }, { shuffle: true, numWorkers });
      return [await epochHash(loader), await epochHash(loader)];
    }),
  );
  const [[first, second] = []] = hashes;
  assert.notEqual(first, second);
  for (const other of hashes) assert.deepEqual(other, [first, second]);
});

test('an epoch shows every sample once, in another order each time, and the seed decides which', async () => {
  const loader = noiseLoader({ length: 11 }, { shuffle: true });
  const first = (await indicesOf(loader)).flat();
  const second = (await indicesOf(loader)).flat();
  assert.deepEqual(
    [...first].sort((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
  assert.notDeepEqual(first, second);
  loader.setEpoch(0);
  assert.deepEqual((await indicesOf(loader)).flat(), first);
  const other = noiseLoader({ length: 11 }, { shuffle: true, seed: 6 });
  assert.notDeepEqual((await indicesOf(other)).flat(), first);
});

test('without a seed each loader draws its own when it is first looped over, and manualSeed decides on all', async () => {
  const dataset = new NoiseDataset({ length: 12 });
  const make = (generator?: Generator) =>
    new DataLoader(dataset, { batchSize: 12, shuffle: true, ...(generator && { generator }) });
  const ordersFrom = async (seed: number) => {
    const loaders = [make(), make()];
    manualSeed(seed);
    return await Promise.all(loaders.map(async (loader) => (await indicesOf(loader)).flat()));
  };
  const first = await ordersFrom(1);
  assert.notDeepEqual(first[0], first[1]);
  assert.deepEqual(await ordersFrom(1), first);
  assert.notDeepEqual(await ordersFrom(2 ** 40), first);

  const own = async () => await indicesOf(make(new Generator(3)));
  assert.deepEqual(await own(), await own());
  const loader = make();
  assert.equal(loader.stateDict().seed, loader.stateDict().seed);
});

test('a sample that an epoch shows twice is augmented anew each time', async () => {
  const sampler = new RandomSampler(2, { replacement: true, numSamples: 12 });
  const loader = noiseLoader({ length: 2 }, { sampler, batchSize: 12 });
  for await (const [x] of loader) {
    const draws = [...x.data].filter((_, i) => i % 3 === 1);
    assert.equal(new Set(draws).size, 12);
  }
});

for (const numWorkers of [0, 2])
  test(`a saved state goes on within the epoch, bit for bit (${numWorkers} workers)`, async () => {
    const options: Options = { shuffle: true, numWorkers };
    const whole = noiseLoader({ length: 30 }, options);
    whole.setEpoch(3);
    const expected: Float32Array[] = [];
    for (let epoch = 3; epoch < 5; epoch++)
      for await (const [x] of whole) expected.push(x.data as Float32Array);

    const cut = noiseLoader({ length: 30 }, options);
    cut.setEpoch(3);
    let state = cut.stateDict();
    for await (const _ of cut) {
      state = cut.stateDict();
      if (state.batch === 5) break;
    }
    assert.deepEqual(state, { seed: 5, epoch: 3, batch: 5 });

    const resumed = noiseLoader({ length: 30 }, { ...options, seed: 99 });
    resumed.loadStateDict(state);
    resumed.setEpoch(3); // as a training loop does; it keeps the place
    const rest: Float32Array[] = [];
    for (let epoch = 3; epoch < 5; epoch++)
      for await (const [x] of resumed) rest.push(x.data as Float32Array);
    assert.deepEqual(rest, expected.slice(5));
    assert.deepEqual(resumed.stateDict(), { seed: 5, epoch: 5, batch: 0 });
  });

test('a state at the end of an epoch resumes with no batches left', async () => {
  const loader = noiseLoader({ length: 8 });
  loader.loadStateDict({ seed: 5, epoch: 2, batch: 2 });
  assert.deepEqual(await indicesOf(loader), []);
  assert.deepEqual(loader.stateDict(), { seed: 5, epoch: 3, batch: 0 });
});

for (const numWorkers of [0, 2]) {
  test(`a damaged file stops the epoch, named (${numWorkers} workers)`, async () => {
    const loader = noiseLoader({ length: 10, damaged: [6, 9] }, { numWorkers });
    await assert.rejects(indicesOf(loader), (error) => {
      assert.ok(error instanceof DataError);
      assert.equal(error.message, 'noise/6.jpg: sample 6: not a JPEG');
      assert.equal(error.path, 'noise/6.jpg');
      assert.ok(error.cause instanceof Error);
      return true;
    });
  });

  test(`onError 'skip' leaves damaged files out and lists them (${numWorkers} workers)`, async () => {
    const loader = noiseLoader({ length: 10, damaged: [9, 6] }, { numWorkers, onError: 'skip' });
    assert.deepEqual(await indicesOf(loader), [[0, 1, 2, 3], [4, 5, 7], [8]]);
    await indicesOf(loader);
    assert.deepEqual(loader.skipped, [
      { index: 6, path: 'noise/6.jpg', message: 'noise/6.jpg: sample 6: not a JPEG' },
      { index: 9, path: 'noise/9.jpg', message: 'noise/9.jpg: sample 9: not a JPEG' },
    ]);
  });

  test(`a batch of damaged files is left out, a whole epoch of them is an error (${numWorkers} workers)`, async () => {
    const options: Options = { numWorkers, batchSize: 2, onError: 'skip' };
    const some = noiseLoader({ length: 6, damaged: [2, 3] }, options);
    assert.deepEqual(await indicesOf(some), [
      [0, 1],
      [4, 5],
    ]);
    await assert.rejects(indicesOf(noiseLoader({ length: 2, damaged: [0, 1] }, options)), {
      name: 'DataError',
      message:
        'noise/0.jpg: none of the 2 samples could be read; this is the first of them: ' +
        'noise/0.jpg: sample 0: not a JPEG',
    });
  });

  test(`an error of the program is not skipped; it names sample and file (${numWorkers} workers)`, async () => {
    const loader = noiseLoader({ length: 5, bug: 4 }, { numWorkers, onError: 'skip' });
    await assert.rejects(indicesOf(loader), (error) => {
      assert.ok(error instanceof WickError && error.cause instanceof Error);
      assert.equal(error.message, 'DataLoader: sample 4 (noise/4.jpg): TypeError: x is undefined');
      return true;
    });
  });
}

test('a worker that ends, or a batch that does not come in time, is an error', async () => {
  await assert.rejects(indicesOf(noiseLoader({ length: 4, exit: 2 }, { numWorkers: 1 })), {
    message: 'DataLoader: worker 0 ended with exit code 3',
  });
  const slow = noiseLoader({ length: 8, stuck: 1 }, { numWorkers: 1, timeout: 0.3 });
  await assert.rejects(indicesOf(slow), {
    message:
      'DataLoader: batch 0 (samples 0, 1, 2, 3) did not come within timeout=0.3 s; ' +
      'raise timeout, or find what takes so long with numWorkers: 0',
  });
});

test('workers keep what persistentWorkers promises, and a loop may end early', async () => {
  const loader = noiseLoader(
    { length: 40 },
    { numWorkers: 2, persistentWorkers: true, shuffle: true },
  );
  for await (const _ of loader) break;
  const after = await indicesOf(loader);
  await loader.close();
  const alone = noiseLoader({ length: 40 }, { shuffle: true });
  alone.setEpoch(1);
  assert.deepEqual(after, await indicesOf(alone));
});

test('persistent workers are started anew after one has ended', async () => {
  const options = { numWorkers: 1, persistentWorkers: true, batchSampler: new Late() } as const;
  const loader = new DataLoader(new NoiseDataset({ length: 4, exit: 3 }), options);
  await assert.rejects(indicesOf(loader), {
    message: 'DataLoader: worker 0 ended with exit code 3',
  });
  options.batchSampler.indices = [[0, 1]];
  assert.deepEqual(await indicesOf(loader), [[0, 1]]);
  await loader.close();
});

/** Batches that can be changed. */
class Late implements Batches {
  readonly length = 1;
  indices: readonly (readonly number[])[] = [[3]];
  batches = () => this.indices;
}

test('workerInit runs first in each worker', async () => {
  const module = new URL('./noise-dataset.js', import.meta.url).href;
  const options = { batchSize: 4, numWorkers: 1, workerInit: { module, name: 'markWorker' } };
  const marks: unknown[] = [];
  for await (const [mark] of new DataLoader(new MarkDataset(), options)) marks.push(...mark.data);
  assert.deepEqual(marks, [0, 0, 0, 0]);
});

test('wrapped data sets work in workers too', async () => {
  const noise = new NoiseDataset({ length: 9 });
  const both = new ConcatDataset<Sample>([new Subset(noise, [8, 1]), noise]);
  const loaders = [0, 2].map(
    (numWorkers) => new DataLoader(both, { batchSize: 3, seed: 1, numWorkers }),
  );
  const [here, there] = await Promise.all(loaders.map(indicesOf));
  assert.deepEqual(here, [
    [8, 1, 0],
    [1, 2, 3],
    [4, 5, 6],
    [7, 8],
  ]);
  assert.deepEqual(there, here);
});

test('TensorDataset gives rows, in workers from shared memory', async () => {
  const x = {
    shape: [4, 2],
    dtype: 'float32',
    data: Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7),
  } as const;
  const y = { shape: [4], dtype: 'int32', data: Int32Array.of(9, 8, 7, 6) } as const;
  for (const numWorkers of [0, 1]) {
    const loader = new DataLoader(new TensorDataset(x, y), { batchSize: 3, numWorkers });
    const seen: unknown[] = [];
    for await (const [a, b] of loader) seen.push([a.shape, [...a.data], b.shape, [...b.data]]);
    assert.deepEqual(seen, [
      [[3, 2], [0, 1, 2, 3, 4, 5], [3], [9, 8, 7]],
      [[1, 2], [6, 7], [1], [6]],
    ]);
  }
});

for (const numWorkers of [0, 1])
  test(`a collate function gets the samples and the batch's generator (${numWorkers} workers)`, async () => {
    const loader = new DataLoader(new NoiseDataset({ length: 3 }), {
      batchSize: 2,
      seed: 1,
      numWorkers,
      collate: (samples: readonly Sample[], rng) => ({
        labels: samples.map(([, y]) => y),
        draw: rng.uniform(),
      }),
    });
    const batches: { labels: number[]; draw: number }[] = [];
    for await (const batch of loader) batches.push(batch);
    assert.deepEqual(
      batches.map(({ labels }) => labels),
      [[0, 1], [2]],
    );
    assert.notEqual(batches[0]?.draw, batches[1]?.draw);
    loader.setEpoch(0);
    for await (const batch of loader) assert.deepEqual(batch, batches.shift());
    assert.equal(batches.length, 0);
  });

test('a batch sampler decides on the batches', async () => {
  const batchSampler = new BatchSampler(new SequentialSampler(5), 2, { dropLast: true });
  const loader = new DataLoader(new NoiseDataset({ length: 5 }), { batchSampler });
  assert.equal(loader.length, 2);
  assert.deepEqual(await indicesOf(loader), [
    [0, 1],
    [2, 3],
  ]);
});

test('options that exclude each other or make no sense are refused', async () => {
  const dataset = new NoiseDataset({ length: 5 });
  const sampler = new SequentialSampler(5);
  const batchSampler = new BatchSampler(sampler, 2);
  const refused: [Options, string][] = [
    [{ batchSize: 0 }, 'BatchSampler: batchSize=0 must be a whole number ≥ 1'],
    [{ numWorkers: -1 }, 'DataLoader: numWorkers=-1 must be a whole number from 0 to 256'],
    [
      { sampler, shuffle: true },
      'DataLoader: sampler excludes shuffle: true; the sampler says the order',
    ],
    [
      { batchSampler, batchSize: 3, shuffle: true },
      'DataLoader: batchSampler excludes batchSize, shuffle; pass one',
    ],
  ];
  for (const [options, message] of refused)
    assert.throws(() => new DataLoader(dataset, options as never), { name: 'ValueError', message });
  const plain = { length: 1, get: () => [1] };
  await assert.rejects(
    indicesOf(new DataLoader(plain, { numWorkers: 1 }) as never),
    new ValueError(
      'DataLoader',
      'Object has no workerSpec(), so that worker threads cannot make it; ' +
        'give it one (see Dataset) or pass numWorkers: 0',
    ),
  );
  await assert.rejects(indicesOf(new DataLoader(dataset, { sampler: new SequentialSampler(6) })), {
    message: 'DataLoader: the sampler gave index 5, the data set has the samples 0 to 4',
  });
});
