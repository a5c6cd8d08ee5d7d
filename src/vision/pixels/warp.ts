/**
 * Rotations, shears and perspective: every output pixel looks up where in the source it comes from. The arithmetic is
 * Pillow's (16.16 fixed point for nearest, doubles cut to bytes for bilinear and bicubic), so results are equal to it.
 */
import { Image, type ImageSize } from '../image.js';
import { newBytes, type TakeBytes } from './byte-room.js';
import { type Fill, fillBytes } from './fill.js';
import { everyIndex, type Gather, gatherPixels } from './gather.js';
import { fitsFixedPoint, fitsWithFill, nearestAffine } from './nearest-affine.js';
import type { Interpolation } from './resample.js';
import type { PixelSource } from './source.js';
import type { WarpMatrix } from './warp-matrix.js';

export interface WarpOptions {
  readonly interpolation: Interpolation;
  readonly fill: Fill;
}

/** `image` seen through `matrix`, on a canvas of `size`. */
export function warpedSource(
  image: Image,
  size: ImageSize,
  matrix: WarpMatrix,
  { interpolation, fill }: WarpOptions,
): PixelSource {
  const affine = matrix.length === 6;
  const scaling = affine && matrix[1] === 0 && matrix[3] === 0;
  return {
    height: size.height,
    width: size.width,
    read(gather, take = newBytes) {
      const rows = gather?.rows ?? everyIndex(size.height);
      const columns = gather?.columns ?? everyIndex(size.width);
      const filled = rows.includes(-1) || columns.includes(-1);
      if (gather !== undefined && filled && gather.fill !== fill)
        return gatherPixels(this.read(undefined, take), gather, take);
      const window = { rows, columns, fill };
      if (interpolation !== 'nearest')
        return smooth(
          image,
          matrix,
          window,
          interpolation === 'bilinear' ? bilinear : bicubic,
          take,
        );
      if (scaling) return gatherPixels(image, scalingGather(image, size, matrix, window), take);
      if (affine && fitsFixedPoint(matrix, size)) {
        if (gather !== undefined && filled && !fitsWithFill(matrix, size))
          return gatherPixels(this.read(undefined, take), gather, take);
        return nearestAffine(image, matrix, window, take);
      }
      return smooth(image, matrix, window, nearest, take);
    },
  };
}

/** An affine map without rotation or shear picks whole rows and columns. */
function scalingGather(
  image: Image,
  size: ImageSize,
  matrix: WarpMatrix,
  { rows, columns, fill }: Gather,
): Gather {
  const [a = 0, , c = 0, , e = 0, f = 0] = matrix;
  const across = steps(c + a * 0.5, a, size.width, image.width);
  const down = steps(f + e * 0.5, e, size.height, image.height);
  return {
    rows: rows.map((y) => (y < 0 ? -1 : (down[y] as number))),
    columns: columns.map((x) => (x < 0 ? -1 : (across[x] as number))),
    fill,
  };
}

/** Positions start, start + step, … cut to whole numbers; −1 outside `limit`. Summed up one by one, as Pillow does. */
function steps(start: number, step: number, length: number, limit: number): Int32Array {
  const indices = new Int32Array(length);
  let at = start;
  for (let i = 0; i < length; i++, at += step)
    indices[i] = at < 0 || at >= limit ? -1 : Math.trunc(at);
  return indices;
}

/** Writes the pixel of `image` at the point (x, y), which lies inside it, to `out[to …]`. */
type Sampler = (image: Image, x: number, y: number, out: Uint8Array, to: number) => void;

function smooth(
  image: Image,
  matrix: WarpMatrix,
  { rows, columns, fill }: Gather,
  sample: Sampler,
  take: TakeBytes,
): Image {
  const { height, width, channels } = image;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = matrix;
  const data = take(rows.length * columns.length * channels);
  const result = new Image(rows.length, columns.length, channels, data);
  const colour = fillBytes('fill', fill, channels);
  let to = 0;
  for (let i = 0; i < rows.length; i++) {
    const y = (rows[i] as number) + 0.5;
    for (let j = 0; j < columns.length; j++, to += channels) {
      const x = (columns[j] as number) + 0.5;
      const w = g * x + h * y + 1;
      const fromX = (a * x + b * y + c) / w;
      const fromY = (d * x + e * y + f) / w;
      if (x > 0 && y > 0 && fromX >= 0 && fromX < width && fromY >= 0 && fromY < height)
        sample(image, fromX, fromY, result.data, to);
      else for (let k = 0; k < channels; k++) result.data[to + k] = colour[k] as number;
    }
  }
  return result;
}

function nearest(
  { width, channels, data }: Image,
  x: number,
  y: number,
  out: Uint8Array,
  to: number,
): void {
  const from = (Math.trunc(y) * width + Math.trunc(x)) * channels;
  for (let c = 0; c < channels; c++) out[to + c] = data[from + c] as number;
}

function bilinear(image: Image, x: number, y: number, out: Uint8Array, to: number): void {
  const { height, width, channels, data } = image;
  const left = Math.floor(x - 0.5);
  const top = Math.floor(y - 0.5);
  const dx = x - 0.5 - left;
  const dy = y - 0.5 - top;
  const x0 = Math.max(0, left) * channels;
  const x1 = Math.min(width - 1, left + 1) * channels;
  const row0 = Math.max(0, top) * width * channels;
  const row1 = Math.min(height - 1, top + 1) * width * channels;
  for (let c = 0; c < channels; c++) {
    const a = data[row0 + x0 + c] as number;
    const b = a + ((data[row0 + x1 + c] as number) - a) * dx;
    const d = data[row1 + x0 + c] as number;
    const e = d + ((data[row1 + x1 + c] as number) - d) * dx;
    out[to + c] = b + (e - b) * dy;
  }
}

function bicubic(image: Image, x: number, y: number, out: Uint8Array, to: number): void {
  const { height, width, channels, data } = image;
  const left = Math.floor(x - 0.5);
  const top = Math.floor(y - 0.5);
  const dx = x - 0.5 - left;
  const dy = y - 0.5 - top;
  const stride = width * channels;
  const x0 = clamp(left - 1, width) * channels;
  const x1 = clamp(left, width) * channels;
  const x2 = clamp(left + 1, width) * channels;
  const x3 = clamp(left + 2, width) * channels;
  for (let c = 0; c < channels; c++) {
    const line = (k: number): number => {
      const row = clamp(top + k, height) * stride + c;
      return cubicBetween(
        data[row + x0] as number,
        data[row + x1] as number,
        data[row + x2] as number,
        data[row + x3] as number,
        dx,
      );
    };
    const value = cubicBetween(line(-1), line(0), line(1), line(2), dy);
    out[to + c] = Math.max(0, Math.min(255, value));
  }
}

function clamp(index: number, length: number): number {
  return Math.max(0, Math.min(length - 1, index));
}

/** The cubic through four neighbours (a = −1), at `d` between the second and the third. */
function cubicBetween(v1: number, v2: number, v3: number, v4: number, d: number): number {
  const p3 = 2 * (v1 - v2) + v3 - v4;
  const p4 = -v1 + v2 - v3 + v4;
  return v2 + d * (-v1 + v3 + d * (p3 + d * p4));
}
