import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Rng } from '../../../src/core/rng.js';
import { DataLoader } from '../../../src/data/dataloader.js';
import type { Sample } from '../../../src/data/dataset.js';
import { Digits } from '../../../src/vision/datasets/digits.js';
import type { ImageTransform } from '../../../src/vision/datasets/image-transform.js';
import { FashionMNIST, MNIST } from '../../../src/vision/datasets/mnist.js';
import { Compose } from '../../../src/vision/transforms/compose.js';
import { Normalize } from '../../../src/vision/transforms/normalize.js';
import { RandomCrop } from '../../../src/vision/transforms/random-crop.js';
import { ToTensor } from '../../../src/vision/transforms/to-tensor.js';
import { tinyMnist } from './idx-bytes.js';
import { put, temporaryFolder } from './temporary-folder.js';

const cache = join(homedir(), '.cache/wick/datasets');
const unlessThere = (path: string) => ({ skip: existsSync(path) ? false : `${path} is not there` });
const normalized = new Compose([new ToTensor(), new Normalize([0.1307], [0.3081])]);

/** Runs `body` with an environment variable set. */
async function withEnv<T>(name: string, value: string, body: () => Promise<T>): Promise<T> {
  const before = process.env[name];
  process.env[name] = value;
  try {
    return await body();
  } finally {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  }
}

test('digits come with the package: 500 and 100 of each, in the range of MNIST', async () => {
  for (const [split, perDigit, mean] of [
    ['train', 500, 0.1307],
    ['test', 100, 0.1325],
  ] as const) {
    const digits = await Digits.open({ split });
    assert.equal(digits.length, 10 * perDigit);
    const counts = new Array(10).fill(0);
    for (const target of digits.targets) counts[target]++;
    assert.deepEqual(counts, new Array(10).fill(perDigit));
    let sum = 0;
    for (let i = 0; i < digits.length; i++) for (const value of digits.image(i).data) sum += value;
    const found = sum / 255 / digits.length / 784;
    assert.ok(Math.abs(found - mean) < 0.006, `mean ${found}`);
  }
});

test('a sample is the transformed picture and its class number', async () => {
  const digits = await Digits.open({ transform: normalized });
  const [x, y] = digits.get(0);
  assert.deepEqual([x.shape, x.dtype, y], [[1, 28, 28], 'float32', 5]); // MNIST begins with a 5
  const value = digits.image(0).data[14 * 28 + 14] ?? 0;
  assert.ok(Math.abs((x.data[14 * 28 + 14] ?? 0) - (value / 255 - 0.1307) / 0.3081) < 1e-6);
  assert.throws(() => digits.get(5000), {
    message: 'Digits: index 5000 is out of range for 5000 samples',
  });
});

test('batches through the table are the samples, bit for bit, in this thread and in workers', async () => {
  const digits = await Digits.open({ split: 'test', transform: normalized });
  assert.ok(digits.getBatch !== undefined);
  const random = await Digits.open({
    split: 'test',
    transform: new Compose([new RandomCrop(28), normalized]),
  });
  assert.equal(random.getBatch, undefined);
  for (const numWorkers of [0, 1]) {
    const loader = new DataLoader<Sample>(digits, {
      batchSize: 64,
      shuffle: true,
      seed: 3,
      numWorkers,
    });
    const slow = new DataLoader<Sample>(
      { length: digits.length, get: (i) => digits.get(i) },
      { batchSize: 64, shuffle: true, seed: 3 },
    );
    const expected: unknown[] = [];
    for await (const [x, y] of slow) expected.push([x.shape, x.data, y.dtype, y.data]);
    for await (const [x, y] of loader)
      assert.deepEqual([x.shape, x.data, y.dtype, y.data], expected.shift());
    assert.equal(expected.length, 0);
  }
});

test('a random transform gives each sample its own numbers, the same with workers', async () => {
  const transform: ImageTransform = new Compose([
    new RandomCrop(28, { padding: 4 }),
    new ToTensor(),
  ]);
  const digits = await Digits.open({ split: 'test', transform });
  const epochs = await Promise.all(
    [0, 2].map(async (numWorkers) => {
      const batches: unknown[] = [];
      const loader = new DataLoader<Sample>(digits, { batchSize: 100, seed: 1, numWorkers });
      for await (const [x] of loader) batches.push(x.data);
      return batches;
    }),
  );
  assert.deepEqual(epochs[0], epochs[1]);
  assert.notDeepEqual(digits.get(0, new Rng(1)), digits.get(0, new Rng(2)));
});

test('files are found in the folder, in its MNIST/raw and in the cache, packed or not', async (t) => {
  const folder = await temporaryFolder(t);
  const { images, labels } = tinyMnist(4);
  await put(folder, 'here/train-images-idx3-ubyte', images);
  await put(folder, 'here/train-labels-idx1-ubyte.gz', gzipSync(labels));
  await put(folder, 'cache/datasets/MNIST/raw/t10k-images-idx3-ubyte.gz', gzipSync(images));
  await put(folder, 'cache/datasets/MNIST/raw/t10k-labels-idx1-ubyte.gz', gzipSync(labels));
  const here = await MNIST.open(join(folder, 'here'));
  assert.deepEqual([here.length, ...here.targets], [4, 0, 1, 2, 3]);
  assert.deepEqual([...here.image(1).data], [6, 7, 8, 9, 10, 11]);
  const { length } = await MNIST.open(join(folder, 'cache/datasets'), { split: 'test' });
  assert.equal(length, 4);
  const cached = await withEnv('WICK_CACHE', join(folder, 'cache'), () =>
    MNIST.open(undefined, { split: 'test', download: false }),
  );
  assert.equal(await cached.fingerprint(), await here.fingerprint());
});

test('when the files are nowhere, the error names every place and what to do', async (t) => {
  const folder = await temporaryFolder(t);
  await put(folder, 'train-images-idx3-ubyte', tinyMnist(1).images);
  await assert.rejects(MNIST.open(folder), {
    name: 'DataError',
    message:
      `${folder}/MNIST/raw: no MNIST here; looked at ${folder} (has no train-labels-idx1-ubyte.gz), ` +
      `${folder}/raw (does not exist), ${folder}/MNIST/raw (does not exist); put train-images-idx3-ubyte.gz, ` +
      'train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz into ' +
      `${folder}/MNIST/raw, or allow the download; 'digits', a part of MNIST, needs no download`,
  });
  // Nobody listens at this proxy, as without a network.
  const offline = withEnv('WICK_CACHE', folder, () =>
    withEnv('http_proxy', 'http://127.0.0.1:9', () =>
      withEnv('https_proxy', 'http://127.0.0.1:9', () => MNIST.open()),
    ),
  );
  await assert.rejects(offline, (error: Error) => {
    for (const part of [
      `looked at ${folder}/datasets/MNIST/raw (does not exist)`,
      'could not be downloaded: http://yann.lecun.com/exdb/mnist/train-images-idx3-ubyte.gz (',
      ', https://ossci-datasets.s3.amazonaws.com/mnist/train-images-idx3-ubyte.gz (',
      'ECONNREFUSED',
      'or say in which folder they are',
      "'digits', a part of MNIST, needs no download",
    ])
      assert.ok(error.message.includes(part), `${part} in ${error.message}`);
    return true;
  });
});

test('images and labels that do not belong together are refused', async (t) => {
  const folder = await temporaryFolder(t);
  const labels = await put(folder, 'train-labels-idx1-ubyte', tinyMnist(3).labels);
  const images = await put(folder, 'train-images-idx3-ubyte', tinyMnist(4).images);
  await assert.rejects(MNIST.open(folder), {
    message: `${labels}: 3 labels, but ${images} has 4 images; the files do not belong together`,
  });
  const wrong = Buffer.from(tinyMnist(4).labels);
  wrong[10] = 12;
  await put(folder, 'train-labels-idx1-ubyte', wrong);
  await assert.rejects(MNIST.open(folder), {
    message: `${labels}: label 12 of sample 2 is out of range, 0 to 9 are required`,
  });
});

test('MNIST, complete', unlessThere(join(cache, 'MNIST/raw')), async () => {
  const [train, testSet] = await Promise.all([
    MNIST.open(join(cache, 'MNIST/raw')),
    MNIST.open(join(cache, 'MNIST/raw'), { split: 'test' }),
  ]);
  assert.deepEqual([train.length, testSet.length], [60_000, 10_000]);
  assert.deepEqual([...train.targets.subarray(0, 5)], [5, 0, 4, 1, 9]);
  const digits = await Digits.open();
  assert.deepEqual(digits.image(0).data, train.image(0).data);
});

test(
  "Fashion-MNIST, from Debian's package",
  unlessThere('/usr/share/datasets/fashion-mnist'),
  async (t) => {
    const empty = await temporaryFolder(t);
    const testSet = await withEnv('WICK_CACHE', empty, () =>
      FashionMNIST.open(undefined, { split: 'test', download: false }),
    );
    assert.equal(testSet.length, 10_000);
    assert.equal(testSet.classes[testSet.targets[0] ?? 0], 'Ankle boot');
  },
);
