/** The two passes of a resize in plain TypeScript: what runs without SIMD, and what the SIMD kernels are compared with. */
import type { Channels } from '../image.js';

/** Fractional bits of a weight. */
export const fractionBits = 22;
const half = 1 << (fractionBits - 1);

/** The weights of some output positions of one axis: of position i, `count[i]` from source position `first[i]`. */
export interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
  /** Weights are stored `stride` apart. */
  readonly stride: number;
}

/** A resize, ready to run: `rows` source rows of `stride` bytes from data[start] on, the first of which is position `top`. */
export interface ResampleJob {
  readonly data: Uint8Array;
  readonly start: number;
  readonly stride: number;
  readonly channels: Channels;
  readonly top: number;
  readonly rows: number;
  readonly across: Taps;
  readonly down: Taps;
}

/** Both passes: the bytes of the resized picture. */
export function plainPasses(job: ResampleJob): Uint8Array {
  const { data, start, stride, channels, top, rows, across, down } = job;
  const strip = (channels === 3 ? acrossRgb : acrossGrey)(data, start, stride, rows, across);
  return downPass(strip, across.first.length * channels, top, down);
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
