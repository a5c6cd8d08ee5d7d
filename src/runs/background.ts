/**
 * Whether grey pictures are light on dark or dark on light. A network that learned white digits on black takes black ones
 * on white for anything, and is sure of it.
 */
import { Rng } from '../core/rng.js';
import type { Image } from '../vision/image.js';
import type { PictureDataset } from '../vision/inspect/picture-dataset.js';

export type Background = 'dark' | 'light';

/** Pictures of a data set that are looked at. */
const looked = 64;

/** The share of them that must agree. */
const agreeing = 0.9;

/** The background by the median of a grey picture's edge; null where it is neither dark nor light. */
export function backgroundOf({ height, width, data }: Image): Background | null {
  const edge: number[] = [];
  for (let y = 0; y < height; y++) {
    const step = y === 0 || y === height - 1 ? 1 : Math.max(width - 1, 1);
    for (let x = 0; x < width; x += step) edge.push(data[y * width + x] ?? 0);
  }
  const median = edge.sort((a, b) => a - b)[edge.length >> 1] ?? 0;
  if (median < 85) return 'dark';
  return median >= 170 ? 'light' : null;
}

/** The background that the grey pictures of a data set have in common; null where there is none, or they have colours. */
export async function commonBackground(dataset: PictureDataset): Promise<Background | null> {
  const counts = { dark: 0, light: 0 };
  const indices = new Rng(0).permutation(dataset.length).subarray(0, looked);
  for (const index of indices) {
    const image = await Promise.resolve(dataset.image(index)).catch(() => null); // said when training meets it
    if (image === null) continue;
    if (image.channels !== 1) return null;
    const background = backgroundOf(image);
    if (background !== null) counts[background]++;
  }
  for (const background of ['dark', 'light'] as const)
    if (counts[background] >= agreeing * indices.length) return background;
  return null;
}
