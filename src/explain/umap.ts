import { ShapeError, ValueError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { show } from '../core/outside-text.js';
import { Rng } from '../core/rng.js';
import { formatShape } from '../core/shape.js';
import { fromArray } from '../tensor/creation.js';
import type { Tensor } from '../tensor/tensor.js';

export interface UmapOptions {
  /** Neighbours that a point is drawn to: few show small groups, many the large order. @default 15, or all others where there are fewer */
  neighbors?: number;
  /** How close points may lie, 0–1: small values pack groups tightly. @default 0.1 */
  minDist?: number;
  /** The same seed gives the same map. @default 0 */
  seed?: number;
}

const readOptions = optionReader<UmapOptions>('umap', {
  neighbors: true,
  minDist: true,
  seed: true,
});

/**
 * Points `[N, D]` on a map `[N, 2]` on which neighbours stay neighbours (McInnes, Healy & Melville, 2018,
 * https://arxiv.org/abs/1802.03426), by the umap-js library. Distances between groups, and their sizes, mean little.
 */
export async function umap(points: Tensor, ...given: [options?: UmapOptions]): Promise<Tensor> {
  const [rows = 0, columns = 0] = points.shape;
  if (points.ndim !== 2 || rows < 3)
    throw new ShapeError('umap', `points ${formatShape(points.shape)} must be [N, D] with N ≥ 3`);
  const { neighbors = Math.min(15, rows - 1), minDist = 0.1, seed = 0 } = readOptions(given);
  if (!Number.isInteger(neighbors) || neighbors < 2 || neighbors >= rows)
    throw new ValueError(
      'umap',
      `neighbors=${show(neighbors)} must be a whole number from 2 to ${rows - 1}, one less than there are points`,
    );
  if (!(minDist >= 0 && minDist <= 1))
    throw new ValueError('umap', `minDist=${show(minDist)} must be a number from 0 to 1`);
  const { UMAP } = await import('umap-js');
  const rng = new Rng(seed);
  const map = new UMAP({ nNeighbors: neighbors, minDist, random: () => rng.uniform() });
  const values = Array.from(await points.dataAsync(), Number);
  const placed = map.fit(
    Array.from({ length: rows }, (_, n) => values.slice(n * columns, (n + 1) * columns)),
  );
  return fromArray(Float32Array.from(placed.flat()), [rows, 2]);
}
