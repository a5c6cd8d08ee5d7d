/** Images whose pixels are taken from others along each axis: which ones, and in what shares, wherever a rule says that a new pixel lies. */
import { allocate } from '../core/dtype.js';
import { fromArray } from '../tensor/creation.js';
import type { Tensor } from '../tensor/tensor.js';

/** Where new pixel `i` lies among the old ones, whose centres are at 0, 1, …; outside of them the pixels at the border go on. */
export type Place = (i: number) => number;

/** Shares of the pixels around a place that lies `t`, 0–1, behind one of them: from the pixel `before` ahead of that on. */
export interface Mixing {
  readonly before: number;
  readonly shares: (t: number) => readonly number[];
}

export const linearMixing: Mixing = { before: 0, shares: (t) => [1 - t, t] };

/**
 * Cubic convolution over four pixels, whose slope at a distance of 1 is `a` (Keys, 1981,
 * https://doi.org/10.1109/TASSP.1981.1163711).
 */
export function cubicMixing(a: number): Mixing {
  const near = (d: number) => ((a + 2) * d - (a + 3)) * d * d + 1;
  const far = (d: number) => ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  return { before: 1, shares: (t) => [far(1 + t), near(t), near(1 - t), far(2 - t)] };
}

/** For each of `count` new pixels the old one of `size` that is nearest, as `round` says: int32 `[count]`. */
export function nearestPixels(
  size: number,
  count: number,
  at: Place,
  round: (place: number) => number = Math.floor,
): Tensor {
  const index = allocate('int32', count);
  for (let i = 0; i < count; i++) index[i] = within(round(at(i)), size);
  return fromArray(index, [count], 'int32');
}

/** What each of `count` new pixels takes of each of `size` old ones: float32 `[count, size]`. */
export function mixedPixels(size: number, count: number, at: Place, mixing: Mixing): Tensor {
  const all = allocate('float32', count * size);
  for (let i = 0; i < count; i++) {
    const place = at(i);
    const low = Math.floor(place);
    mixing.shares(place - low).forEach((share, k) => {
      const pixel = i * size + within(low - mixing.before + k, size);
      all[pixel] = (all[pixel] ?? 0) + share;
    });
  }
  return fromArray(all, [count, size], 'float32');
}

/** x `[N, C, H, W]` → `[N, C, H', W']` of the pixels that are nearest. */
export function pickPixels(x: Tensor, rows: Tensor, columns: Tensor): Tensor {
  return x.indexSelect(2, rows).indexSelect(3, columns);
}

/** x `[N, C, H, W]` → `[N, C, H', W']`: two products, with the shares of the rows `[H', H]` and of the columns `[W', W]`. */
export function mixPixels(x: Tensor, rows: Tensor, columns: Tensor): Tensor {
  const { dtype } = x;
  return rows.to(dtype).matmul(x).matmul(columns.to(dtype).t());
}

function within(pixel: number, size: number): number {
  return Math.min(Math.max(pixel, 0), size - 1);
}
