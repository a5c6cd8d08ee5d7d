import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ImageFolder } from '../../../src/vision/datasets/image-folder.js';
import { diskLimit, makeRoom } from '../../../src/vision/datasets/image-store/make-room.js';
import { Resize } from '../../../src/vision/transforms/resize.js';
import { folderOf } from './pictures.js';
import { put, temporaryFolder } from './temporary-folder.js';

/** A cache of 100 kB (and its folder) that was last used so many hours ago. */
async function cacheOf(root: string, name: string, hours: number): Promise<string> {
  const pixels = await put(root, `${name}/pixels.bin`, new Uint8Array(100_000));
  const when = new Date(Date.now() - hours * 3_600_000);
  await utimes(pixels, when, when);
  await utimes(join(root, name), when, when);
  return join(root, name);
}

test('the caches that were not used for the longest time make room', async (t) => {
  const root = await temporaryFolder(t);
  const old = await cacheOf(root, 'old', 30);
  const middle = await cacheOf(root, 'middle', 20);
  const young = await cacheOf(root, 'young', 10);
  await makeRoom(root, 50_000, 400_000);
  assert.deepEqual((await readdir(root)).sort(), ['middle', 'old', 'young']);
  await makeRoom(root, 150_000, 400_000);
  assert.ok(!existsSync(old) && existsSync(middle) && existsSync(young));
  await makeRoom(root, 400_000, 400_000);
  assert.deepEqual(await readdir(root), []);
});

test('a cache that is being filled stays, one that was given up goes', async (t) => {
  const root = await temporaryFolder(t);
  const filling = await cacheOf(root, '.now.tmp', 1);
  const abandoned = await cacheOf(root, '.then.tmp', 25);
  await makeRoom(root, 1, 10_000_000);
  assert.ok(existsSync(filling) && !existsSync(abandoned));
  await makeRoom(root, 100_000, 100_001);
  assert.ok(existsSync(filling));
});

test('a folder that is not there has room', async (t) => {
  await makeRoom(join(await temporaryFolder(t), 'none'), 10, 20);
});

test('the limit is 20 GiB, or what WICK_IMAGE_CACHE says', () => {
  assert.equal(diskLimit(undefined), 20 * 2 ** 30);
  assert.equal(diskLimit('0.5'), 2 ** 29);
  for (const text of ['none', '0', '-3'])
    assert.throws(() => diskLimit(text), {
      name: 'ValueError',
      message: `WICK_IMAGE_CACHE: '${text}' must be a number of GiB above 0, such as 20`,
    });
});

test('a data set that is larger than the limit is refused, one that fits takes the place of others', async (t) => {
  const root = await folderOf(await temporaryFolder(t), { 'a/1.png': 1, 'b/1.png': 2 });
  const home = join(root, '.cache');
  const old = await cacheOf(join(home, 'images'), 'old', 5);
  process.env.WICK_CACHE = home;
  process.env.WICK_IMAGE_CACHE = String(60_000 / 2 ** 30);
  t.after(() => {
    delete process.env.WICK_CACHE;
    delete process.env.WICK_IMAGE_CACHE;
  });
  await assert.rejects(
    ImageFolder.open(root, { prepare: new Resize([200, 300]), cache: 'disk' }),
    /cache: 'disk' needs about 1 MiB, 1 MiB are allowed; raise WICK_IMAGE_CACHE \(GiB\)/,
  );
  assert.ok(existsSync(old));
  const options = { prepare: new Resize([20, 30]), cache: 'disk' } as const;
  await ImageFolder.open(root, options);
  const [kept] = await readdir(join(home, 'images'));
  assert.ok(!existsSync(old) && kept !== undefined);

  // Opening it again is a use.
  const long = new Date(0);
  for (const name of ['', 'index.json', 'pixels.bin'])
    await utimes(join(home, 'images', kept, name), long, long);
  await ImageFolder.open(root, options);
  await cacheOf(join(home, 'images'), 'other', 5);
  await makeRoom(join(home, 'images'), 20_000, 60_000);
  assert.deepEqual(await readdir(join(home, 'images')), [kept]);
});
