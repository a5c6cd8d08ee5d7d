/**
 * Depthwise convolution, every channel with a kernel of its own: vectors of channels are multiplied lane by lane, so a
 * multiply-add takes its pixel from memory. Rows, edges and strides are as in `conv-rows.ts` and `conv-gradient.ts`.
 */
import type { Vec } from '../asm/operands.js';
import type { Cursor, KernelWriter, Part } from '../kernel-writer.js';
import { type Ending, storeEnded } from './ending.js';
import { evenPieces } from './product.js';
import { eachPanel, type VectorPlaces } from './vector-places.js';

/** A row of pixels along which taps meet the input. */
interface Row {
  readonly inWidth: number;
  readonly outWidth: number;
  readonly step: number;
  readonly taps: readonly number[];
}

export interface DepthwiseRows extends Row {
  readonly rows: number;
  readonly kernelRows: number;
  readonly firstRow: number;
  readonly channels: number;
  readonly xPixel: number;
  readonly xKernelRow: number;
  readonly xRow: number;
  readonly xVectors: VectorPlaces;
  readonly isPadded: boolean;
  readonly yPixel: number;
  readonly yRow: number;
  readonly yVectors: VectorPlaces;
  /** All kernel rows of the packed weights, [vector][kernel row][tap]. */
  readonly packedRows: number;
  readonly ending: Ending;
}

/** Pixels whose sums stay in registers at once. */
const mostPixels = 12;

/** Arguments: x at the first pixel of the first kernel row that is inside, all weights, y, a float per channel. */
export function depthwiseRows(w: KernelWriter, shape: DepthwiseRows): void {
  const { x, weights, y, bias } = w.pointers('x', 'weights', 'y', 'bias');
  const { lanes } = w.level;
  const { channels, outWidth, step, taps, xPixel, yPixel } = shape;
  const bytes = 4 * lanes;
  const rowBytes = taps.length * bytes;
  const tail = w.part(channels % lanes || lanes);
  const start = w.vector();
  const groups = groupsOf(shape);
  const vector = (_: number, isLast: boolean) => {
    const part = isLast ? tail : undefined;
    w.load(start, bias.at(), part);
    w.loop(shape.rows, () => {
      for (const { count, at, size } of groups)
        w.loop(count, () => {
          const sums = w.vectors(size);
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
          storeEnded(w, 'float32', shape.ending, cells);
          x.advance(size * step * xPixel);
          y.advance(size * yPixel);
        });
      x.advance(shape.xRow - outWidth * step * xPixel);
      y.advance(shape.yRow - outWidth * yPixel);
    });
    x.advance(-shape.rows * shape.xRow);
    y.advance(-shape.rows * shape.yRow);
  };
  const advance = (blocks: number, within: number) => {
    x.advance(blocks * shape.xVectors.blockBytes + within);
    y.advance(blocks * shape.yVectors.blockBytes + within);
    weights.advance(shape.packedRows * rowBytes);
    bias.advance(bytes);
  };
  eachPanel(w, { channels, vectors: 1, places: shape.yVectors, advance }, vector);
}

interface Taps {
  readonly from: Cursor;
  readonly weight: Cursor;
  readonly at: number;
  readonly part: Part | undefined;
}

function addTaps(
  w: KernelWriter,
  shape: DepthwiseRows,
  { from, weight, at, part }: Taps,
  sums: readonly Vec[],
): void {
  shape.taps.forEach((tap, t) => {
    const inside = sums.map((_, p) => isInside(shape, at + p, tap));
    if (!inside.includes(true)) return;
    w.scope(() => {
      const factor = w.vector();
      w.vmovups(factor, weight.at(t * 4 * w.level.lanes));
      sums.forEach((sum, p) => {
        if (inside[p])
          multiplyAdd(w, sum, factor, from.at((p * shape.step + tap) * shape.xPixel), part);
      });
    });
  });
}

/** sum += factor · what is in memory. */
function multiplyAdd(
  w: KernelWriter,
  sum: Vec,
  factor: Vec,
  at: Parameters<KernelWriter['load']>[1],
  part: Part | undefined,
): void {
  if (part === undefined) {
    w.vfmadd231ps(sum, factor, at);
    return;
  }
  w.scope(() => {
    const value = w.vector();
    w.load(value, at, part);
    w.vfmadd231ps(sum, factor, value);
  });
}

function isInside({ step, inWidth }: Row, pixel: number, tap: number): boolean {
  const at = pixel * step + tap;
  return at >= 0 && at < inWidth;
}

/** Groups of pixels, those that follow each other and have the same taps inside as one run. */
function groupsOf(
  row: Row,
): { readonly count: number; readonly size: number; readonly at: number }[] {
  const groups: { count: number; size: number; at: number; key: string }[] = [];
  let at = 0;
  for (const { count, size } of evenPieces(row.outWidth, mostPixels))
    for (let i = 0; i < count; i++) {
      const pixels = Array.from({ length: size }, (_, p) => at + p);
      const key = `${size} ${pixels.map((p) => row.taps.map((tap) => isInside(row, p, tap)))}`;
      const last = groups.at(-1);
      if (last?.key === key) last.count++;
      else groups.push({ count: 1, size, at, key });
      at += size;
    }
  return groups;
}

export interface DepthwiseGradient extends Row {
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
    x.advance(blocks * shape.xVectors.blockBytes + within);
    dy.advance(blocks * shape.dyVectors.blockBytes + within);
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
  const cells = Array.from({ length: rows }, (_, row) => taps.map((tap) => ({ row, tap }))).flat();
  const sums = cells.map(() => w.vector());
  for (const sum of sums) w.zero(sum);
  w.scope(() => {
    const xAt = x.fork();
    const dyAt = dy.fork();
    const pixel = (at: number) => {
      const gradient = w.vector();
      w.load(gradient, dyAt.at(), part);
      cells.forEach(({ row, tap }, i) => {
        const sum = sums[i];
        if (sum === undefined || !isInside(shape, at, tap)) return;
        multiplyAdd(w, sum, gradient, xAt.at(row * shape.xKernelRow + tap * xPixel), part);
      });
      xAt.advance(step * xPixel);
      dyAt.advance(dyPixel);
    };
    w.loop(shape.images, () => {
      w.loop(shape.rows, () => {
        for (const { at, count } of runsOf(shape)) w.loop(count, () => pixel(at));
        xAt.advance(shape.xRow - outWidth * step * xPixel);
        dyAt.advance(shape.dyRow - outWidth * dyPixel);
      });
      xAt.advance(shape.xImage - shape.rows * shape.xRow);
      dyAt.advance(shape.dyImage - shape.rows * shape.dyRow);
    });
  });
  sums.forEach((sum, i) => {
    const to = s.at(i * shape.sumBytes);
    w.vaddps(sum, sum, to);
    w.vmovups(to, sum);
  });
}

/** Runs of pixels with the same taps inside. */
function runsOf(row: Row): { readonly at: number; readonly count: number }[] {
  const runs: { at: number; count: number; key: string }[] = [];
  for (let at = 0; at < row.outWidth; at++) {
    const key = row.taps.map((tap) => isInside(row, at, tap)).join();
    const last = runs.at(-1);
    if (last?.key === key) last.count++;
    else runs.push({ at, count: 1, key });
  }
  return runs;
}
