/**
 * The gradient of a convolution's weights: S[c][row][tap][o] += Σ over pixels of x · dy[o]. Some cells (kernel row, channel,
 * tap) × some vectors of output channels stay in registers while images, rows and pixels run.
 */

import { each, type Vec } from '../asm/operands.js';
import type { Cursor, KernelWriter, Part } from '../kernel-writer.js';
import type { VectorLevel } from '../vector-levels.js';
import { isInside } from './is-inside.js';
import { pixelGroups } from './pixel-groups.js';
import { evenPieces } from './product.js';
import { eachPanel, type VectorPlaces, vectorAt } from './vector-places.js';

export interface ConvGradient {
  readonly images: number;
  /** Rows of dy, which all have the same kernel rows inside the image. */
  readonly rows: number;
  readonly kernelRows: number;
  readonly inWidth: number;
  readonly outWidth: number;
  readonly step: number;
  readonly taps: readonly number[];
  /** Channels of the block, and the bytes of x between them. */
  readonly channels: number;
  readonly xChannel: number;
  readonly xPixel: number;
  readonly xKernelRow: number;
  readonly xRow: number;
  readonly xImage: number;
  readonly outChannels: number;
  readonly dyPixel: number;
  readonly dyRow: number;
  readonly dyVectors: VectorPlaces;
  readonly dyImage: number;
  readonly cells: Cells;
  /** Whether x and dy are pairs of bfloat16. */
  readonly pairs: boolean;
  /** Bytes of S for a cell: all output channels in whole vectors. */
  readonly sumBytes: number;
}

/** The most of each that stay in registers at once. */
export interface Cells {
  readonly kernelRows: number;
  readonly channels: number;
  readonly vectors: number;
}

/** Arguments: x at the first row, first tap's pixel 0; dy; S at the first kernel row, [kernel row][channel][tap][o]. */
export function convGradient(w: KernelWriter, shape: ConvGradient): void {
  const { x, dy, s } = w.pointers('x', 'dy', 's');
  const { cells, channels, taps, kernelRows, sumBytes, outChannels, dyVectors } = shape;
  const { lanes } = w.level;
  const tail = w.part(outChannels % lanes || lanes);
  const rowBytes = channels * taps.length * sumBytes;

  const panel = (count: number, isLast: boolean) => {
    for (const rows of evenPieces(kernelRows, cells.kernelRows))
      w.loop(rows.count, () => {
        for (const some of evenPieces(channels, cells.channels))
          w.loop(some.count, () => {
            const sums = { kernelRows: rows.size, channels: some.size, vectors: count };
            sumCells(w, shape, { x, dy, s, sums, tail: isLast ? tail : undefined });
            x.advance(some.size * shape.xChannel);
            s.advance(some.size * taps.length * sumBytes);
          });
        x.advance(rows.size * shape.xKernelRow - channels * shape.xChannel);
        s.advance((rows.size - 1) * rowBytes);
      });
    x.advance(-kernelRows * shape.xKernelRow);
    s.advance(-kernelRows * rowBytes);
  };
  const { vectors } = cells;
  const advance = (blocks: number, bytes: number) => {
    dy.advance(blocks * dyVectors.blockBytes + bytes);
    s.advance(vectors * lanes * 4);
  };
  eachPanel(w, { channels: outChannels, vectors, places: dyVectors, advance }, panel);
}

interface CellSums {
  readonly x: Cursor;
  readonly dy: Cursor;
  readonly s: Cursor;
  readonly sums: Cells;
  readonly tail: Part | undefined;
}

/** A kernel row, channel and tap of those in registers. */
interface Cell {
  readonly row: number;
  readonly channel: number;
  readonly tap: number;
  readonly position: number;
}

function sumCells(
  w: KernelWriter,
  shape: ConvGradient,
  { x, dy, s, sums: cells, tail }: CellSums,
): void {
  const { taps, channels, sumBytes } = shape;
  const vectorBytes = 4 * w.level.lanes;
  const list: Cell[] = [];
  for (let row = 0; row < cells.kernelRows; row++)
    for (let channel = 0; channel < cells.channels; channel++)
      taps.forEach((tap, t) => {
        list.push({ row, channel, tap, position: (row * channels + channel) * taps.length + t });
      });
  const sums = list.map(() => w.vectors(cells.vectors));
  for (const sum of sums.flat()) w.zero(sum);
  w.scope(() => {
    const xAt = x.fork();
    const dyAt = dy.fork();
    w.loop(shape.images, () => {
      w.loop(shape.rows, () => {
        sumRow(w, shape, { xAt, dyAt, list, sums, tail });
        xAt.advance(shape.xRow - shape.outWidth * shape.step * shape.xPixel);
        dyAt.advance(shape.dyRow - shape.outWidth * shape.dyPixel);
      });
      xAt.advance(shape.xImage - shape.rows * shape.xRow);
      dyAt.advance(shape.dyImage - shape.rows * shape.dyRow);
    });
  });
  list.forEach(({ position }, i) => {
    sums[i]?.forEach((sum, v) => {
      const to = s.at(position * sumBytes + v * vectorBytes);
      w.vaddps(sum, sum, to);
      w.vmovups(to, sum);
    });
  });
}

interface RowSums {
  readonly xAt: Cursor;
  readonly dyAt: Cursor;
  readonly list: readonly Cell[];
  readonly sums: readonly (readonly Vec[])[];
  readonly tail: Part | undefined;
}

/** Adds a row of pixels; both cursors end behind it. */
function sumRow(w: KernelWriter, shape: ConvGradient, row: RowSums): void {
  const { step, xPixel, dyPixel } = shape;
  for (const { at, count } of pixelGroups(shape, 1)) {
    const unroll = [4, 3, 2].find((n) => count % n === 0) ?? Math.min(count, 4);
    const some = (pixels: number) => {
      for (let p = 0; p < pixels; p++) addPixel(w, shape, row, at, p);
      row.xAt.advance(pixels * step * xPixel);
      row.dyAt.advance(pixels * dyPixel);
    };
    w.loop(Math.floor(count / unroll), () => some(unroll));
    some(count % unroll);
  }
}

/** Adds pixel `p` from the cursors on; `at` is a pixel with the same taps inside. */
function addPixel(
  w: KernelWriter,
  shape: ConvGradient,
  { xAt, dyAt, list, sums, tail }: RowSums,
  at: number,
  p: number,
): void {
  w.scope(() => {
    const vectors = (sums[0] ?? []).map((_, v, { length }) => {
      const to = w.vector();
      const place = vectorAt(shape.dyVectors, v, w.level.lanes);
      w.load(to, dyAt.at(p * shape.dyPixel + place), v === length - 1 ? tail : undefined);
      return to;
    });
    const value = vectors.length > 1 || w.level.lanes < 16 ? w.vector() : undefined;
    list.forEach(({ row, channel, tap }, i) => {
      if (!isInside(shape, at, tap)) return;
      const place = row * shape.xKernelRow + channel * shape.xChannel;
      const pixel = xAt.at(place + (p * shape.step + tap) * shape.xPixel);
      if (value !== undefined) w.vbroadcastss(value, pixel);
      sums[i]?.forEach((sum, v) => {
        const [dy, x] = [vectors[v] ?? sum, value ?? each(pixel)];
        if (shape.pairs) w.vdpbf16ps(sum, dy, x);
        else w.vfmadd231ps(sum, dy, x);
      });
    });
  });
}

/** As many cells as registers hold beside a pixel's vectors of dy. */
export function cellsFor(
  {
    taps,
    kernelRows,
    channels,
  }: Pick<ConvGradient, 'kernelRows' | 'channels'> & { readonly taps: number },
  vectors: number,
  { registers, lanes }: VectorLevel,
): Cells | undefined {
  for (const count of [Math.min(vectors, 2), 1]) {
    // Beside the cells: a pixel's vectors, the float that meets them and, with AVX2, a mask.
    const beside = lanes < 16 ? count + 2 : count + (count > 1 ? 1 : 0);
    const room = Math.floor((registers - beside) / count);
    const inRow = Math.min(channels, Math.floor(room / taps));
    if (inRow === 0) continue;
    const rows = inRow === channels ? Math.floor(room / taps / inRow) : 1;
    return { kernelRows: Math.min(kernelRows, rows), channels: inRow, vectors: count };
  }
  return undefined;
}
