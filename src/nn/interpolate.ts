/** Images made larger or smaller inside a network. */
import { ShapeError, ValueError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { dims4, formatShape, pair, type Size2d } from '../core/shape.js';
import { fromArray } from '../tensor/creation.js';
import type { Tensor } from '../tensor/tensor.js';

export interface InterpolateOptions {
  /** Height and width of the result; or say `scaleFactor`. */
  size?: number | Size2d;
  /** How many times as large the result is. */
  scaleFactor?: number | readonly [number, number];
  /** @default 'nearest' */
  mode?: 'nearest' | 'bilinear';
  /** Whether the corners' centres meet, or the corners themselves (bilinear alone). @default false */
  alignCorners?: boolean;
}

const readOptions = optionReader<InterpolateOptions>('interpolate', {
  size: true,
  scaleFactor: true,
  mode: true,
  alignCorners: true,
});

/**
 * x `[N, C, H, W]` → `[N, C, H', W']`, each new pixel the nearest old one, or a mixture of the four around it. Bilinear
 * mixing is linear along each axis: two products with matrices `[H', H]` and `[W, W']`.
 *
 * @throws ValueError unless exactly one of `size` and `scaleFactor` is given
 */
export function interpolate(x: Tensor, ...given: [options: InterpolateOptions]): Tensor {
  const options = readOptions(given);
  const { mode = 'nearest', alignCorners = false } = options;
  const [, , height, width] = dims4('interpolate', 'input', x.shape);
  const [toHeight, toWidth] = targetSize(options, height, width);
  const [scaleH, scaleW] = scales(options, [height, width], [toHeight, toWidth]);
  if (toHeight < 1 || toWidth < 1 || height < 1 || width < 1)
    throw new ShapeError(
      'interpolate',
      `${formatShape(x.shape)} to ${toHeight}×${toWidth}: both must have at least one pixel`,
    );
  if (mode === 'nearest')
    return x
      .indexSelect(2, nearest(height, toHeight, scaleH))
      .indexSelect(3, nearest(width, toWidth, scaleW));
  if (mode !== 'bilinear')
    throw new ValueError('interpolate', `mode '${mode}' must be 'nearest' or 'bilinear'`);
  const rows = mixing(height, toHeight, scaleH, alignCorners);
  const columns = mixing(width, toWidth, scaleW, alignCorners);
  const { dtype } = x;
  return rows.to(dtype).matmul(x).matmul(columns.to(dtype).t());
}

function targetSize(
  { size, scaleFactor }: InterpolateOptions,
  height: number,
  width: number,
): Size2d {
  if ((size === undefined) === (scaleFactor === undefined))
    throw new ValueError('interpolate', 'exactly one of size and scaleFactor is required');
  if (size !== undefined) return pair('interpolate', 'size', size);
  const [down, across] = factors(scaleFactor);
  return [Math.floor(height * down), Math.floor(width * across)];
}

function factors(scaleFactor: InterpolateOptions['scaleFactor']): readonly [number, number] {
  const [down, across] =
    typeof scaleFactor === 'number' ? [scaleFactor, scaleFactor] : (scaleFactor ?? [1, 1]);
  if (!(down > 0 && across > 0 && Number.isFinite(down * across)))
    throw new ValueError('interpolate', `scaleFactor=${scaleFactor} must be above 0`);
  return [down, across];
}

/** Old pixels per new one: by the given factor, as PyTorch does, and by the sizes where none is given. */
function scales({ scaleFactor }: InterpolateOptions, from: Size2d, to: Size2d): Size2d {
  if (scaleFactor === undefined) return [from[0] / to[0], from[1] / to[1]];
  const [down, across] = factors(scaleFactor);
  return [1 / down, 1 / across];
}

function nearest(size: number, count: number, scale: number): Tensor {
  const index = Int32Array.from({ length: count }, (_, i) =>
    Math.min(Math.floor(i * scale), size - 1),
  );
  return fromArray(index, [count], 'int32');
}

/** What each of `count` new pixels takes of each of `size` old ones: `[count, size]`. */
function mixing(size: number, count: number, scale: number, alignCorners: boolean): Tensor {
  const shares = new Float32Array(count * size);
  for (let i = 0; i < count; i++) {
    const aligned = count > 1 ? (i * (size - 1)) / (count - 1) : 0;
    const at = alignCorners ? aligned : Math.max((i + 0.5) * scale - 0.5, 0);
    const low = Math.min(Math.floor(at), size - 1);
    const high = Math.min(low + 1, size - 1);
    const share = Math.min(at - low, 1);
    shares[i * size + low] = (shares[i * size + low] ?? 0) + 1 - share;
    shares[i * size + high] = (shares[i * size + high] ?? 0) + share;
  }
  return fromArray(shares, [count, size], 'float32');
}
