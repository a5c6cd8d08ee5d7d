import { ValueError } from '../../core/errors.js';
import type { ImageSize } from '../image.js';
import type { Fill } from './fill.js';
import type { Gather } from './gather.js';

/** What a padded border shows: a colour, the nearest pixel, or the picture mirrored without or with its edge. */
export type PaddingMode = 'constant' | 'edge' | 'reflect' | 'symmetric';

/** Pixels added at each side; negative ones cut away. */
export interface Padding {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The gather that puts a border around an image of `size`. */
export function padGather(
  size: ImageSize,
  { left, top, right, bottom }: Padding,
  mode: PaddingMode = 'constant',
  fill: Fill = 0,
): Gather {
  return {
    rows: paddedIndices(size.height, top, bottom, mode),
    columns: paddedIndices(size.width, left, right, mode),
    fill,
  };
}

/** Source indices of a line of `length` with `before` and `after` more at its ends. */
function paddedIndices(
  length: number,
  before: number,
  after: number,
  mode: PaddingMode,
): Int32Array {
  const total = length + before + after;
  if (total < 1)
    throw new ValueError(
      'Pad',
      `padding ${before} and ${after} leaves nothing of ${length} pixels; cut away less`,
    );
  // NumPy, which torchvision pads with, cuts first and mirrors what is left.
  const first = Math.max(0, -before);
  const kept = length - first - Math.max(0, -after);
  const indices = new Int32Array(total);
  for (let i = 0; i < total; i++) {
    const at = i - Math.max(0, before);
    indices[i] = at >= 0 && at < kept ? first + at : outside(at, kept, first, mode);
  }
  return indices;
}

function outside(at: number, length: number, first: number, mode: PaddingMode): number {
  if (mode === 'constant') return -1;
  if (mode === 'edge' || length === 1) return first + (at < 0 ? 0 : length - 1);
  const period = mode === 'reflect' ? 2 * length - 2 : 2 * length;
  const phase = ((at % period) + period) % period;
  if (phase < length) return first + phase;
  return first + (mode === 'reflect' ? period - phase : period - 1 - phase);
}
