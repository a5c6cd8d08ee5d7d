import { DataError } from '../../../core/errors.js';
import type { Image } from '../../image.js';

/** How many pictures are decoded at once while a cache is filled. */
const IN_FLIGHT = 8;

/** What a cache holds of one file: where its pixels are, or why there are none. */
export type CacheEntry =
  | { readonly place: number; readonly height: number; readonly width: number }
  | { readonly error: string };

/**
 * Loads pictures 0 … count − 1, a few at a time, and hands each to `keep`, which returns where it put it. A file that
 * cannot be used does not stop it: the entry says why, for the time when that sample is asked for.
 */
export async function fillEntries(
  count: number,
  load: (index: number) => Promise<Image>,
  keep: (image: Image) => number | Promise<number>,
  onProgress: (done: number) => void,
): Promise<CacheEntry[]> {
  const entries = new Array<CacheEntry>(count);
  let next = 0;
  let done = 0;
  const takeTurns = async () => {
    while (next < count) {
      const index = next++;
      entries[index] = await entryOf(index, load, keep);
      onProgress(++done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, count) }, takeTurns));
  return entries;
}

async function entryOf(
  index: number,
  load: (index: number) => Promise<Image>,
  keep: (image: Image) => number | Promise<number>,
): Promise<CacheEntry> {
  try {
    const image = await load(index);
    return { place: await keep(image), height: image.height, width: image.width };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { error: error.detail };
  }
}

/** Bytes that `count` pictures will take, projected from 16 of them spread over the list. */
export async function estimateBytes(
  count: number,
  load: (index: number) => Promise<Image>,
): Promise<number> {
  const samples = Math.min(16, count);
  const indices = Array.from({ length: samples }, (_, k) => Math.floor((k * count) / samples));
  const sizes = await Promise.all(
    indices.map((index) =>
      load(index).then(
        ({ data }) => data.length,
        () => 0,
      ),
    ),
  );
  const usable = sizes.filter((size) => size > 0);
  const total = usable.reduce((a, b) => a + b, 0);
  return usable.length === 0 ? 0 : Math.round((total / usable.length) * count);
}
