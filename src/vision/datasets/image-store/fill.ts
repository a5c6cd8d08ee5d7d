import { DataError } from '../../../core/errors.js';
import type { Image } from '../../image.js';

/** How many pictures are decoded at once while a cache is filled. */
const IN_FLIGHT = 8;

/**
 * Where a cache has the pixels of a file; null where there are none. Errors are not kept: what is wrong with a file today,
 * a right or a plug, may be right tomorrow, and the file itself tells best.
 */
export type CacheEntry = {
  readonly place: number;
  readonly height: number;
  readonly width: number;
} | null;

/** Loads pictures 0 … count − 1, a few at a time, and hands each to `keep`, which says where it put it. */
export async function fillEntries<E>(
  count: number,
  load: (index: number) => Promise<Image>,
  keep: (image: Image, index: number) => E | Promise<E>,
  onProgress: (done: number) => void,
): Promise<(E | null)[]> {
  const entries = new Array<E | null>(count);
  let next = 0;
  let done = 0;
  let failed = false;
  const takeTurns = async () => {
    while (next < count && !failed) {
      const index = next++;
      try {
        const image = await loadOrNull(index, load);
        entries[index] = image === null ? null : await keep(image, index);
      } catch (error) {
        failed = true;
        throw error;
      }
      onProgress(++done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, count) }, takeTurns));
  return entries;
}

async function loadOrNull(
  index: number,
  load: (index: number) => Promise<Image>,
): Promise<Image | null> {
  try {
    return await load(index);
  } catch (error) {
    if (error instanceof DataError) return null;
    throw error;
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
