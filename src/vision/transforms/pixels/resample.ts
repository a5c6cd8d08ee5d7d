/**
 * Resizing with antialias, in Pillow's arithmetic: a horizontal and a vertical pass, each output pixel a weighted sum of
 * the source pixels under a filter as wide as the shrink factor. Weights are rounded to 22 fractional bits and sums are
 * exact integers, so results equal Pillow's bit for bit.
 */
import { Image, type ImageSize } from '../../image.js';
import { type Box, gatherPixels } from './gather.js';
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

const fractionBits = 22;
const half = 1 << (fractionBits - 1);

/** The weights of some output positions of one axis: of position i, `count[i]` from source position `first[i]`. */
interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
  /** Weights are stored `stride` apart. */
  readonly stride: number;
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
    read(gather) {
      const rows = gather?.rows ?? Int32Array.from({ length: height }, (_, y) => y);
      const columns = gather?.columns ?? Int32Array.from({ length: width }, (_, x) => x);
      // Filled pixels are rare here (a pad right after a resize): compute the whole, then gather.
      if (gather !== undefined && (rows.includes(-1) || columns.includes(-1)))
        return gatherPixels(this.read(), gather);
      if (interpolation === 'nearest')
        return gatherPixels(image, {
          rows: nearestIndices(box.height, height, box.top, rows),
          columns: nearestIndices(box.width, width, box.left, columns),
          fill: 0,
        });
      return resample(image, box, { height, width }, filters[interpolation], rows, columns);
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
): Image {
  const down = makeTaps(box.height, size.height, rows, filter);
  const across = makeTaps(box.width, size.width, columns, filter);
  let top = box.height;
  let bottom = 0;
  for (let i = 0; i < rows.length; i++) {
    top = Math.min(top, down.first[i] as number);
    bottom = Math.max(bottom, (down.first[i] as number) + (down.count[i] as number));
  }
  const start = ((box.top + top) * image.width + box.left) * image.channels;
  const strip =
    image.channels === 3
      ? acrossRgb(image.data, start, image.width * 3, bottom - top, across)
      : acrossGrey(image.data, start, image.width, bottom - top, across);
  const data = downPass(strip, columns.length * image.channels, top, down);
  return new Image(rows.length, columns.length, image.channels, data);
}

function acrossRgb(
  data: Uint8Array,
  start: number,
  stride: number,
  height: number,
  { first, count, weights, stride: tapStride }: Taps,
): Uint8ClampedArray {
  const width = first.length;
  const out = new Uint8ClampedArray(height * width * 3);
  let to = 0;
  for (let y = 0; y < height; y++) {
    const row = start + y * stride;
    for (let x = 0; x < width; x++) {
      let from = row + (first[x] as number) * 3;
      const tap = x * tapStride;
      const end = tap + (count[x] as number);
      let red = half;
      let green = half;
      let blue = half;
      for (let k = tap; k < end; k++) {
        const weight = weights[k] as number;
        red = (red + Math.imul(data[from] as number, weight)) | 0;
        green = (green + Math.imul(data[from + 1] as number, weight)) | 0;
        blue = (blue + Math.imul(data[from + 2] as number, weight)) | 0;
        from += 3;
      }
      out[to] = red >> fractionBits;
      out[to + 1] = green >> fractionBits;
      out[to + 2] = blue >> fractionBits;
      to += 3;
    }
  }
  return out;
}

function acrossGrey(
  data: Uint8Array,
  start: number,
  stride: number,
  height: number,
  { first, count, weights, stride: tapStride }: Taps,
): Uint8ClampedArray {
  const width = first.length;
  const out = new Uint8ClampedArray(height * width);
  let to = 0;
  for (let y = 0; y < height; y++) {
    const row = start + y * stride;
    for (let x = 0; x < width; x++) {
      let from = row + (first[x] as number);
      const tap = x * tapStride;
      const end = tap + (count[x] as number);
      let sum = half;
      for (let k = tap; k < end; k++)
        sum = (sum + Math.imul(data[from++] as number, weights[k] as number)) | 0;
      out[to++] = sum >> fractionBits;
    }
  }
  return out;
}

/** The vertical pass over `strip`, whose first row is row `top` of the source. */
function downPass(strip: Uint8ClampedArray, length: number, top: number, taps: Taps): Uint8Array {
  const { first, count, weights, stride } = taps;
  const out = new Uint8ClampedArray(first.length * length);
  const sums = new Int32Array(length);
  for (let y = 0; y < first.length; y++) {
    const tap = y * stride;
    const n = count[y] as number;
    let from = ((first[y] as number) - top) * length;
    const to = y * length;
    if (n === 2) {
      const w0 = weights[tap] as number;
      const w1 = weights[tap + 1] as number;
      for (let x = 0; x < length; x++) {
        const a = Math.imul(strip[from + x] as number, w0);
        const b = Math.imul(strip[from + length + x] as number, w1);
        out[to + x] = (half + a + b) >> fractionBits;
      }
      continue;
    }
    sums.fill(half);
    for (let k = 0; k < n; k++, from += length) {
      const weight = weights[tap + k] as number;
      for (let x = 0; x < length; x++)
        sums[x] = (sums[x] as number) + Math.imul(strip[from + x] as number, weight);
    }
    for (let x = 0; x < length; x++) out[to + x] = (sums[x] as number) >> fractionBits;
  }
  return new Uint8Array(out.buffer);
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
