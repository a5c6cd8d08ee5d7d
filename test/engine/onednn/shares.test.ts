import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rng } from '../../../src/core/rng.js';
import { cutWork } from '../../../src/engine/onednn/lower/shares.js';

/** Numbers of a convolution, drawn so that every way to cut it comes up. */
function draw(rng: Rng) {
  const lanes = [1, 8, 16, 24][rng.int(4)] ?? 1;
  return {
    threads: 1 + rng.int(9),
    images: 1 + rng.int(rng.bool() ? 3 : 40),
    channels: 1 + rng.int(rng.bool() ? 20 : 200),
    lanes,
  };
}

test('the shares are every channel of every image, once', () => {
  const seen = { idle: 0, parted: 0, uneven: 0 };
  for (let i = 0; i < 2000; i++) {
    const { threads, images, channels, lanes } = draw(new Rng(i));
    const { byThread, parts, cuts } = cutWork(threads, images, channels, lanes);
    const what = `${threads} threads, ${images} images, ${channels} channels of ${lanes}`;
    assert.equal(byThread.length, threads, what);
    const times = new Uint8Array(images * channels);
    const sizes: number[] = [];
    for (const share of byThread) {
      if (share === undefined) continue;
      const part = parts[share.part];
      assert.ok(part !== undefined && share.images > 0 && part.count > 0, `${what}: empty`);
      assert.ok(share.cut < cuts, what);
      sizes.push(share.images * part.count);
      for (let n = share.firstImage; n < share.firstImage + share.images; n++)
        for (let c = part.first; c < part.first + part.count; c++) {
          const at = n * channels + c;
          times[at] = (times[at] ?? 0) + 1;
        }
    }
    assert.ok(
      times.every((count) => count === 1),
      what,
    );
    for (const { first } of parts) assert.equal(first % lanes, 0, `${what}: a vector is parted`);
    if (sizes.length < threads) seen.idle++;
    if (parts.length > 1) seen.parted++;
    if (new Set(sizes).size > 1) seen.uneven++;
  }
  assert.ok(Math.min(...Object.values(seen)) > 100, JSON.stringify(seen));
});

test('shares of one part and images of one cut belong together', () => {
  const { byThread, parts, cuts } = cutWork(5, 2, 48, 16);
  assert.equal(cuts, 2);
  assert.deepEqual(parts, [
    { first: 0, count: 16 },
    { first: 16, count: 32 },
  ]);
  assert.deepEqual(
    byThread.map((share) => share && [share.cut, share.firstImage, share.part]),
    [[0, 0, 0], [0, 0, 1], [1, 1, 0], [1, 1, 1], undefined],
  );
});

test('images are enough where there is one for each thread', () => {
  const { byThread, parts } = cutWork(3, 7, 64, 16);
  assert.equal(parts.length, 1);
  assert.deepEqual(
    byThread.map((share) => share?.images),
    [2, 2, 3],
  );
});

test('more threads than there are channels to part have nothing to do', () => {
  const { byThread } = cutWork(4, 1, 20, 16);
  assert.deepEqual(
    byThread.map((share) => share?.part),
    [0, 1, undefined, undefined],
  );
});
