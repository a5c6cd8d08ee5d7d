/**
 * Depthwise convolution, every channel with a kernel of its own: vectors of channels are multiplied lane by lane. A pixel of the
 * input is read once for all taps that meet it in a group of pixels, as registers allow. Rows, edges and strides are as in
 * `conv-rows.ts` and `conv-gradient.ts`.
 */

import type { Vec } from '../asm/operands.js';
import { bytesOf, type Cursor, type KernelWriter, type Part } from '../kernel-writer.js';
import type { VectorLevel } from '../vector-levels.js';
import { type Ending, storeEnded } from './ending.js';
import { isInside } from './is-inside.js';
import { type PixelRow, pixelGroups } from './pixel-groups.js';
import { evenPieces } from './product.js';
import { type BlockEnd, eachPanel, storeZeros, type VectorPlaces } from './vector-places.js';

/** `isPadded` and `zeros`: of the output. */
export interface DepthwiseRows extends PixelRow, BlockEnd {
  readonly rows: number;
  readonly kernelRows: number;
  readonly firstRow: number;
  readonly channels: number;
  readonly xPixel: number;
  readonly xKernelRow: number;
  readonly xRow: number;
  readonly xVectors: VectorPlaces;
  readonly yPixel: number;
  readonly yRow: number;
  readonly yVectors: VectorPlaces;
  /** All kernel rows of the packed weights, [vector][kernel row][tap]. */
  readonly packedRows: number;
  readonly ending: Ending;
}

/** Pixels whose sums stay in registers at once, beside what they start with, the factors of a kernel row, a pixel and a mask. */
function mostPixels({ registers }: VectorLevel, taps: number): number {
  return Math.min(12, Math.max(6, registers - taps - 3));
}

/** Arguments: x at the first pixel of the first kernel row that is inside, all weights, y, a float per channel. */
export function depthwiseRows(w: KernelWriter, shape: DepthwiseRows): void {
  const { x, weights, y, bias } = w.pointers('x', 'weights', 'y', 'bias');
  const { lanes } = w.level;
  const { channels, outWidth, step, taps, xPixel, yPixel } = shape;
  const bytes = 4 * lanes;
  const rowBytes = taps.length * bytes;
  const tail = w.part(channels % lanes || lanes);
  const start = w.vector();
  const groups = pixelGroups(shape, mostPixels(w.level, taps.length));
  const vector = (_: number, isLast: boolean) => {
    const part = isLast ? tail : undefined;
    w.load(start, bias.at(), part);
    w.loop(shape.rows, () => {
      for (const { count, at, pixels } of groups)
        w.loop(count, () => {
          const sums = w.vectors(pixels);
          for (const sum of sums) w.vmovups(sum, start);
          w.scope(() => {
            const from = x.fork();
            const weight = weights.fork(shape.firstRow * rowBytes);
            w.loop(shape.kernelRows, () => {
              addTaps(w, shape, { from, weight, at, part }, sums);
              from.advance(shape.xKernelRow);
              weight.advance(rowBytes);
            });
          });
          const own = shape.isPadded ? undefined : part;
          const cells = sums.map((sum, p) => ({ sum, at: y.at(p * yPixel), part: own }));
          storeEnded(w, shape.yVectors.storage, shape.ending, cells);
          if (isLast)
            for (const [p, sum] of sums.entries())
              storeZeros(w, { ...shape, ...shape.yVectors }, sum, (bytes) =>
                y.at(p * yPixel + bytes),
              );
          x.advance(pixels * step * xPixel);
          y.advance(pixels * yPixel);
        });
      x.advance(shape.xRow - outWidth * step * xPixel);
      y.advance(shape.yRow - outWidth * yPixel);
    });
    x.advance(-shape.rows * shape.xRow);
    y.advance(-shape.rows * shape.yRow);
  };
  const advance = (blocks: number, within: number) => {
    x.advance(placeIn(shape.xVectors, blocks, within, shape.yVectors));
    y.advance(placeIn(shape.yVectors, blocks, within));
    weights.advance(shape.packedRows * rowBytes);
    bias.advance(bytes);
  };
  eachPanel(w, { channels, vectors: 1, places: shape.yVectors, advance }, vector);
}

/** Bytes to a place in a tensor that is so many blocks and, in a tensor of `places`, so many bytes further on. */
function placeIn(own: VectorPlaces, blocks: number, within: number, places = own): number {
  return blocks * own.blockBytes + (within / bytesOf(places.storage)) * bytesOf(own.storage);
}

interface Taps {
  readonly from: Cursor;
  readonly weight: Cursor;
  readonly at: number;
  readonly part: Part | undefined;
}

/** Adds a kernel row: as many taps at once as registers hold factors beside the sums, what they start with, a pixel and a mask. */
function addTaps(
  w: KernelWriter,
  shape: DepthwiseRows,
  { from, weight, at, part }: Taps,
  sums: readonly Vec[],
): void {
  const { lanes, registers } = w.level;
  const atOnce = registers - mostPixels(w.level, shape.taps.length) - 3;
  for (let first = 0; first < shape.taps.length; first += atOnce)
    w.scope(() => {
      const taps = shape.taps.slice(first, first + atOnce);
      const factors = taps.map((_, t) => {
        const factor = w.vector();
        w.vmovups(factor, weight.at((first + t) * 4 * lanes));
        return factor;
      });
      for (const { pixel, terms } of meetingsOf({ ...shape, taps }, at, sums.length)) {
        const products = terms.map(({ p, tap }) => ({ sum: sums[p], factor: factors[tap] }));
        const place = { from, bytes: pixel * shape.xPixel, ...shape.xVectors, part };
        addProducts(w, place, products);
      }
    });
}

/** A vector of channels in memory. */
interface Place extends Pick<VectorPlaces, 'storage'> {
  readonly from: Cursor;
  readonly bytes: number;
  readonly part: Part | undefined;
}

/** sum += factor · what is in memory, for each of them. */
function addProducts(
  w: KernelWriter,
  { from, bytes, storage, part }: Place,
  products: readonly { readonly sum: Vec | undefined; readonly factor: Vec | undefined }[],
): void {
  const at = from.at(bytes);
  w.scope(() => {
    // A multiply-add may take from memory what nothing else needs.
    const isAlone = products.length === 1 && storage === 'float32' && part === undefined;
    const value = isAlone ? undefined : w.vector();
    if (value !== undefined) w.loadAs(storage, value, at, part);
    for (const { sum, factor } of products)
      if (sum !== undefined && factor !== undefined) w.vfmadd231ps(sum, factor, value ?? at);
  });
}

/** A pixel of the input, in pixels from where a group starts, and for which pixels of the group it is met by which taps. */
interface Meeting {
  readonly pixel: number;
  readonly terms: readonly { readonly p: number; readonly tap: number }[];
}

/** The pixels inside of the image that `size` pixels from `at` on meet, from left to right. */
function meetingsOf(row: PixelRow, at: number, size: number): readonly Meeting[] {
  const terms = new Map<number, { p: number; tap: number }[]>();
  for (let p = 0; p < size; p++)
    row.taps.forEach((offset, tap) => {
      if (!isInside(row, at + p, offset)) return;
      const pixel = p * row.step + offset;
      terms.set(pixel, [...(terms.get(pixel) ?? []), { p, tap }]);
    });
  return [...terms]
    .map(([pixel, list]) => ({ pixel, terms: list }))
    .sort((a, b) => a.pixel - b.pixel);
}

export interface DepthwiseGradient extends PixelRow {
  readonly images: number;
  readonly rows: number;
  readonly kernelRows: number;
  readonly channels: number;
  readonly xPixel: number;
  readonly xKernelRow: number;
  readonly xRow: number;
  readonly xImage: number;
  readonly dyPixel: number;
  readonly dyRow: number;
  readonly dyImage: number;
  /** How vectors lie in x and in dy. */
  readonly xVectors: VectorPlaces;
  readonly dyVectors: VectorPlaces;
  /** Bytes of S for a tap: all channels in whole vectors. */
  readonly sumBytes: number;
}

/** Taps whose sums stay in registers at once. */
export const mostTaps = 12;

/** Pixels of dy that stay in registers at once, where there are enough. */
const gradientPixels = 8;

/** Arguments: x at the first row, first tap's pixel 0; dy; S at the first kernel row, [kernel row][tap][channel]. */
export function depthwiseGradient(w: KernelWriter, shape: DepthwiseGradient): void {
  const { x, dy, s } = w.pointers('x', 'dy', 's');
  const { channels, taps, kernelRows, sumBytes } = shape;
  const { lanes } = w.level;
  const tail = w.part(channels % lanes || lanes);
  const atOnce = Math.max(1, Math.floor(mostTaps / taps.length));
  const vector = (_: number, isLast: boolean) => {
    for (const { count, size } of evenPieces(kernelRows, atOnce))
      w.loop(count, () => {
        sumTaps(w, shape, { x, dy, s, rows: size, part: isLast ? tail : undefined });
        x.advance(size * shape.xKernelRow);
        s.advance(size * taps.length * sumBytes);
      });
    x.advance(-kernelRows * shape.xKernelRow);
    s.advance(-kernelRows * taps.length * sumBytes);
  };
  const advance = (blocks: number, within: number) => {
    x.advance(placeIn(shape.xVectors, blocks, within, shape.dyVectors));
    dy.advance(placeIn(shape.dyVectors, blocks, within));
    s.advance(4 * lanes);
  };
  eachPanel(w, { channels, vectors: 1, places: shape.dyVectors, advance }, vector);
}

interface TapSums {
  readonly x: Cursor;
  readonly dy: Cursor;
  readonly s: Cursor;
  /** Kernel rows at once. */
  readonly rows: number;
  readonly part: Part | undefined;
}

function sumTaps(
  w: KernelWriter,
  shape: DepthwiseGradient,
  { x, dy, s, rows, part }: TapSums,
): void {
  const { taps, step, outWidth, xPixel, dyPixel } = shape;
  const cells = Array.from({ length: rows }, (_, row) => taps.map((_, tap) => ({ row, tap })));
  const sums = cells.map((row) => row.map(() => w.vector()));
  for (const sum of sums.flat()) w.zero(sum);
  // Pixels whose dy stays in registers beside the sums, a pixel of x and a mask.
  const groups = pixelGroups(shape, Math.min(gradientPixels, w.vectorsLeft - 2));
  w.scope(() => {
    const xAt = x.fork();
    const dyAt = dy.fork();
    const group = (at: number, size: number) => {
      const gradients = Array.from({ length: size }, (_, p) => {
        const gradient = w.vector();
        w.loadAs(shape.dyVectors.storage, gradient, dyAt.at(p * dyPixel), part);
        return gradient;
      });
      // Row by row for each pixel: sums have time to be ready again.
      for (const { pixel, terms } of meetingsOf(shape, at, size))
        sums.forEach((row, r) => {
          const bytes = r * shape.xKernelRow + pixel * xPixel;
          const products = terms.map(({ p, tap }) => ({ sum: row[tap], factor: gradients[p] }));
          addProducts(w, { from: xAt, bytes, ...shape.xVectors, part }, products);
        });
      xAt.advance(size * step * xPixel);
      dyAt.advance(size * dyPixel);
    };
    w.loop(shape.images, () => {
      w.loop(shape.rows, () => {
        for (const { at, count, pixels } of groups) w.loop(count, () => group(at, pixels));
        xAt.advance(shape.xRow - outWidth * step * xPixel);
        dyAt.advance(shape.dyRow - outWidth * dyPixel);
      });
      xAt.advance(shape.xImage - shape.rows * shape.xRow);
      dyAt.advance(shape.dyImage - shape.rows * shape.dyRow);
    });
  });
  sums.flat().forEach((sum, i) => {
    const to = s.at(i * shape.sumBytes);
    w.vaddps(sum, sum, to);
    w.vmovups(to, sum);
  });
}
