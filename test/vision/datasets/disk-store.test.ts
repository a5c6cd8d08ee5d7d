import assert from 'node:assert/strict';
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Rng } from '../../../src/core/rng.js';
import { DataLoader } from '../../../src/data/dataloader.js';
import type { Sample } from '../../../src/data/dataset.js';
import { ImageFolder } from '../../../src/vision/datasets/image-folder.js';
import { folderOf, plainPng } from './pictures.js';
import { put, temporaryFolder } from './temporary-folder.js';

const values = [10, 20, 30, 40];

/** A folder of four pictures, each of one grey, and its cache on disk. */
async function cached(t: TestContext) {
  const root = await folderOf(await temporaryFolder(t), {
    'a/1.png': 10,
    'a/2.png': 20,
    'b/1.png': 30,
    'b/2.png': 40,
  });
  const home = join(root, '.cache');
  process.env.WICK_CACHE = home;
  t.after(() => {
    delete process.env.WICK_CACHE;
  });
  let fills = 0;
  const open = () =>
    ImageFolder.open(root, {
      cache: 'disk',
      onCache: () => {
        fills++;
      },
    });
  await open();
  const [name = ''] = await readdir(join(home, 'images'));
  const folder = join(home, 'images', name);
  return {
    root,
    open,
    fills: () => fills,
    index: join(folder, 'index.json'),
    pixels: join(folder, 'pixels.bin'),
  };
}

/** The greys that a data set gives, in this thread and in another. */
async function greys(dataset: ImageFolder, workers = [0, 1]): Promise<number[]> {
  const seen: number[] = [];
  for (const numWorkers of workers)
    for await (const [x] of new DataLoader<Sample>(dataset, { batchSize: 1, numWorkers })) {
      const bytes = Array.from(x.data, (value) => Math.round(255 * value));
      assert.equal(new Set(bytes).size, 1);
      seen.push(bytes[0] ?? -1);
    }
  return seen;
}

test('pixels that were changed are seen, taken from the file and put back', async (t) => {
  const { open, fills, pixels } = await cached(t);
  const whole = await readFile(pixels);
  const noise = Buffer.from(whole);
  const rng = new Rng(1);
  for (let i = 0; i < noise.length / 2; i++) noise[i] = rng.int(256);
  await writeFile(pixels, noise);
  const dataset = await open();
  assert.deepEqual(await greys(dataset), [...values, ...values]);
  assert.deepEqual(await readFile(pixels), whole);
  assert.equal(fills(), 1);
});

test('a cache that is not as it was written is filled again', async (t) => {
  const { open, fills, index, pixels } = await cached(t);
  const text = await readFile(index, 'utf8');
  const parsed = JSON.parse(text);
  const changed = (change: object) => JSON.stringify({ ...parsed, ...change });
  const [first, ...others] = parsed.entries;
  const damages = [
    ...['{}', 'null', '[]', '', '{"entries":', text.slice(0, -10), '['.repeat(1e5)],
    changed({ entries: parsed.entries.toReversed() }),
    changed({ entries: others }),
    changed({ entries: [null, ...others] }),
    changed({ entries: [[first[0], 1e9, 1e9, first[3]], ...others] }),
    changed({ entries: [[-1, 4, 5, 0], ...others] }),
    changed({ channels: 1 }),
    changed({ format: 'wick-images/1' }),
    changed({ bytes: 1 }),
  ];
  for (const [i, damage] of damages.entries()) {
    await writeFile(index, damage);
    assert.deepEqual(await greys(await open(), [0]), values, damage.slice(0, 80));
    assert.equal(fills(), i + 2, damage.slice(0, 80));
    assert.notEqual(await readFile(index, 'utf8'), damage);
  }
  await writeFile(pixels, (await readFile(pixels)).subarray(1));
  assert.deepEqual(await greys(await open()), [...values, ...values]);
  assert.equal(fills(), damages.length + 2);
});

test('a cache that goes away under an open data set is missed by nobody', async (t) => {
  const { open, pixels } = await cached(t);
  const dataset = await open();
  await writeFile(pixels, '');
  assert.deepEqual(await greys(dataset), [...values, ...values]);
});

test('an error that passes is not kept', async (t) => {
  const root = await folderOf(await temporaryFolder(t), { 'a/1.png': 10, 'b/1.png': 30 });
  process.env.WICK_CACHE = join(root, '.cache');
  t.after(() => {
    delete process.env.WICK_CACHE;
  });
  const path = join(root, 'a/1.png');
  const good = await readFile(path);
  const { atime, mtime } = await stat(path);
  for (const cache of ['ram', 'disk'] as const) {
    await put(root, 'a/1.png', Buffer.alloc(good.length)); // as if it could not be read
    await utimes(path, atime, mtime);
    const dataset = await ImageFolder.open(root, { cache });
    await assert.rejects(async () => await dataset.image(0), { name: 'DataError', path });
    await writeFile(path, good);
    await utimes(path, atime, mtime);
    for (const opened of [dataset, await ImageFolder.open(root, { cache })])
      assert.equal((await opened.image(0)).data[0], 10);
  }
});

test('a place that cannot be written is an error that says what to do, and leaves nothing', async (t) => {
  const root = await folderOf(await temporaryFolder(t), { 'a/1.png': 10, 'b/1.png': 30 });
  process.env.WICK_CACHE = await put(root, 'file', await plainPng(1));
  t.after(() => {
    delete process.env.WICK_CACHE;
  });
  await assert.rejects(ImageFolder.open(root, { cache: 'disk' }), {
    name: 'DataError',
    message:
      /\/file\/images\/[0-9a-f]{32}: the cache cannot be filled \(ENOTDIR: not a directory\); make room or choose another place with WICK_CACHE, or do without a cache$/,
  });
});
