/** Images made larger or smaller inside a network. */
import { ShapeError, ValueError } from '../core/errors.js';
import { optionReader, requireOneOf } from '../core/options.js';
import { dims4, formatShape, pair, type Size2d } from '../core/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import {
  cubicMixing,
  linearMixing,
  mixedPixels,
  mixPixels,
  nearestPixels,
  type Place,
  pickPixels,
} from './resample.js';

const modes = ['nearest', 'nearest-exact', 'bilinear', 'bicubic'] as const;

export interface InterpolateOptions {
  /** Height and width of the result; or say `scaleFactor`. */
  size?: number | Size2d;
  /** How many times as large the result is. */
  scaleFactor?: number | readonly [number, number];
  /**
   * `nearest` takes the old pixel in which the new one begins, `nearest-exact` that in which its centre lies; `bilinear` mixes
   * the four around that, `bicubic` the sixteen.
   *
   * @default 'nearest'
   */
  mode?: (typeof modes)[number];
  /** Whether the corners' centres meet, or the corners themselves (bilinear and bicubic alone). @default false */
  alignCorners?: boolean;
}

const readOptions = optionReader<InterpolateOptions>('interpolate', {
  size: true,
  scaleFactor: true,
  mode: true,
  alignCorners: true,
});

/** What PyTorch's bicubic has, as OpenCV. */
const bicubic = cubicMixing(-0.75);

/**
 * x `[N, C, H, W]` → `[N, C, H', W']`, each new pixel the nearest old one, or a mixture of those around it, as
 * `torch.nn.functional.interpolate`. Mixing goes along each axis: two products with matrices `[H', H]` and `[W, W']`.
 *
 * @throws ValueError unless exactly one of `size` and `scaleFactor` is given
 */
export function interpolate(x: Tensor, ...given: [options: InterpolateOptions]): Tensor {
  const options = readOptions(given);
  const { mode = 'nearest', alignCorners } = options;
  requireOneOf('interpolate', 'mode', mode, modes);
  const [, , height, width] = dims4('interpolate', 'input', x.shape);
  const [toHeight, toWidth] = targetSize(options, height, width);
  const [scaleH, scaleW] = scales(options, [height, width], [toHeight, toWidth]);
  if (toHeight < 1 || toWidth < 1 || height < 1 || width < 1)
    throw new ShapeError(
      'interpolate',
      `${formatShape(x.shape)} to ${toHeight}×${toWidth}: both must have at least one pixel`,
    );
  if (mode === 'bilinear' || mode === 'bicubic') {
    const along = (size: number, count: number, scale: number) => {
      const at = alignCorners ? corners(size, count) : centres(scale, mode === 'bilinear');
      return mixedPixels(size, count, at, mode === 'bilinear' ? linearMixing : bicubic);
    };
    return mixPixels(x, along(height, toHeight, scaleH), along(width, toWidth, scaleW));
  }
  if (alignCorners !== undefined)
    throw new ValueError(
      'interpolate',
      `alignCorners=${alignCorners} is given with mode '${mode}', which has none; leave it out`,
    );
  const start = mode === 'nearest' ? 0 : 0.5;
  const along = (size: number, count: number, scale: number) =>
    nearestPixels(size, count, (i) => (i + start) * scale);
  return pickPixels(x, along(height, toHeight, scaleH), along(width, toWidth, scaleW));
}

/** The first centres meet, and the last ones. */
function corners(size: number, count: number): Place {
  return (i) => (count > 1 ? (i * (size - 1)) / (count - 1) : 0);
}

/** Centres of pixels that are `scale` old ones wide; `inside`: none before the first old one. */
function centres(scale: number, inside: boolean): Place {
  const at = (i: number) => (i + 0.5) * scale - 0.5;
  return inside ? (i) => Math.max(at(i), 0) : at;
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
