/**
 * Resizing with antialias, in Pillow's arithmetic: a horizontal and a vertical pass, each output pixel a weighted sum of
 * the source pixels under a filter as wide as the shrink factor. Weights are rounded to 22 fractional bits and sums are
 * exact integers, so results equal Pillow's bit for bit.
 */
import { ValueError } from '../../core/errors.js';
import { Image, type ImageSize } from '../image.js';
import { maxPixels } from '../transforms/limits.js';
import { newBytes, type TakeBytes } from './byte-room.js';
import { type Box, everyIndex, gatherPixels } from './gather.js';
import { fractionBits, plainPasses, type ResampleJob, type Taps } from './resample-passes.js';
import { simdPasses } from './resample-simd.js';
import type { PixelSource } from './source.js';

/** How values between pixels are found. */
export type Interpolation = 'nearest' | 'bilinear' | 'bicubic';

interface Filter {
  readonly radius: number;
  weight(x: number): number;
}

const filters: Record<'bilinear' | 'bicubic', Filter> = {
  bilinear: { radius: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { radius: 2, weight: cubic },
};

/** Keys' cubic convolution with a = −½. */
function cubic(signed: number): number {
  const a = -0.5;
  const x = Math.abs(signed);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

/** Weights for the output positions `wanted` of an axis scaled from `inSize` to `outSize`. */
function makeTaps(inSize: number, outSize: number, wanted: Int32Array, filter: Filter): Taps {
  const scale = inSize / outSize;
  const stretch = Math.max(1, scale);
  const radius = filter.radius * stretch;
  const stride = Math.ceil(radius) * 2 + 1;
  const first = new Int32Array(wanted.length);
  const count = new Int32Array(wanted.length);
  const weights = new Int32Array(wanted.length * stride);
  const line = new Float64Array(stride);
  for (let i = 0; i < wanted.length; i++) {
    const center = ((wanted[i] as number) + 0.5) * scale;
    const from = Math.max(0, Math.trunc(center - radius + 0.5));
    const n = Math.min(inSize, Math.trunc(center + radius + 0.5)) - from;
    let sum = 0;
    for (let k = 0; k < n; k++) {
      const weight = filter.weight((k + from - center + 0.5) * (1 / stretch));
      line[k] = weight;
      sum += weight;
    }
    for (let k = 0; k < n; k++) {
      const weight = sum === 0 ? (line[k] as number) : (line[k] as number) / sum;
      weights[i * stride + k] = Math.trunc(
        weight * (1 << fractionBits) + (weight < 0 ? -0.5 : 0.5),
      );
    }
    first[i] = from;
    count[i] = n;
  }
  return { first, count, weights, stride };
}

/** The pixels of `box` in `image`, scaled to `size`. */
export function resizedSource(
  image: Image,
  { height, width }: ImageSize,
  interpolation: Interpolation,
  box: Box = { top: 0, left: 0, height: image.height, width: image.width },
): PixelSource {
  return {
    height,
    width,
    read(gather, take = newBytes) {
      const rows = gather?.rows ?? everyIndex(height);
      const columns = gather?.columns ?? everyIndex(width);
      // Filled pixels are rare here (a pad right after a resize): compute the whole, then gather.
      if (gather !== undefined && (rows.includes(-1) || columns.includes(-1)))
        return gatherPixels(this.read(undefined, take), gather, take);
      if (interpolation === 'nearest')
        return gatherPixels(
          image,
          {
            rows: nearestIndices(box.height, height, box.top, rows),
            columns: nearestIndices(box.width, width, box.left, columns),
            fill: 0,
          },
          take,
        );
      return resample(image, box, { height, width }, filters[interpolation], rows, columns, take);
    },
  };
}

function resample(
  image: Image,
  box: Box,
  size: ImageSize,
  filter: Filter,
  rows: Int32Array,
  columns: Int32Array,
  take: TakeBytes,
): Image {
  const down = makeTaps(box.height, size.height, rows, filter);
  const across = makeTaps(box.width, size.width, columns, filter);
  let top = box.height;
  let bottom = 0;
  for (let i = 0; i < rows.length; i++) {
    top = Math.min(top, down.first[i] as number);
    bottom = Math.max(bottom, (down.first[i] as number) + (down.count[i] as number));
  }
  if ((bottom - top) * columns.length > 2 * maxPixels)
    throw new ValueError(
      'resize',
      `${bottom - top} rows are drawn out to ${columns.length} pixels before they are shrunk to ${rows.length}, ` +
        `more than ${2 * maxPixels} pixels in all; resize in two steps`,
    );
  const job: ResampleJob = {
    data: image.data,
    start: ((box.top + top) * image.width + box.left) * image.channels,
    stride: image.width * image.channels,
    channels: image.channels,
    top,
    rows: bottom - top,
    across,
    down,
  };
  const data = simdPasses(job, take) ?? plainPasses(job);
  return new Image(rows.length, columns.length, image.channels, data);
}

/** Which source position each of `wanted` shows; positions are summed up step by step, as Pillow does. */
function nearestIndices(
  inSize: number,
  outSize: number,
  start: number,
  wanted: Int32Array,
): Int32Array {
  const step = inSize / outSize;
  const positions = new Int32Array(outSize);
  let at = step * 0.5;
  for (let i = 0; i < outSize; i++, at += step) positions[i] = Math.trunc(at);
  return wanted.map((i) => start + Math.min(inSize - 1, positions[i] as number));
}
