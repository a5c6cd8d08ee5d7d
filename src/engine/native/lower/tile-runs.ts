/**
 * Pieces of a picture of few channels (`tile-pieces.ts`): copied so that all channels of a pixel lie side by side, with zeros around, a row of the
 * kernel meets one run of elements, whose parts of 16 are the lanes of a position.
 */

import { type Block, ROWS } from '../../compiler/layout.js';
import { alignUp } from '../../pool/heap.js';
import { planeRows } from '../kernels/plane-rows.js';
import type { Kernels } from '../kernels.js';
import type { Axis } from './axis.js';
import type { Call } from './phase.js';
import type { StoredImage } from './stored-image.js';
import {
  type At,
  callsForX,
  halfOf,
  type PieceImage,
  type PieceLayout,
  type PieceRows,
} from './tile-pieces.js';

/** Whether runs of pixels are summed over: of x in planes of floats. */
export const isRun = (block: Block): boolean => block === ROWS;

/** Columns as runs have them: each output's is a position, and no other one is met. */
export const runColumns = ({ outSize, step }: Axis): Axis => ({
  ...{ size: outSize * step, outSize, step },
  ...{ kernel: 1, padding: 0, dilation: 1 },
});

const elementBytes = 2;

/** Bytes of a row with zeros around, and of those before it. */
function paddedRow({ channels }: StoredImage, { size, outSize, kernel, step, padding }: Axis) {
  const behind = Math.max(0, (outSize - 1) * step + kernel - padding - size);
  const before = padding * channels * elementBytes;
  const leastBehind = 128; // As `planeRows` asks, and for what the last lanes read.
  const pixels = (size + behind) * channels * elementBytes;
  return { before, bytes: alignUp(before + pixels + leastBehind) };
}

/** From the first row of x that two halves of some rows of outputs meet to behind the last. */
function rowsMet({ step, kernel, dilation }: Axis, count: number): number {
  return (2 * halfOf(count) - 1) * step + (kernel - 1) * dilation + 1;
}

/** Rows of x that a piece reads. */
function rowsRead(rows: Axis, row: number, count: number) {
  const start = row * rows.step - rows.padding;
  const first = Math.max(0, start);
  const end = Math.min(rows.size, start + rowsMet(rows, count));
  return { first, count: Math.max(0, end - first) };
}

/** Bytes that a thread needs for the copy of a piece of at most `count` rows; 0 where none is made. */
export function paddedBytes(
  image: StoredImage,
  [rows, columns]: readonly [Axis, Axis],
  count: number,
): number {
  const most = Math.min(rows.size, rowsMet(rows, count));
  return isRun(image.block) ? paddedRow(image, columns).bytes * most : 0;
}

/** Makes the pairs of a piece of x from runs; `copy` is where there is room for `paddedBytes`. */
export function callsForRuns(
  kernels: Kernels,
  call: Call,
  layout: PieceLayout,
  piece: PieceRows,
  given: PieceImage & { readonly columns: Axis; readonly copy: At },
): void {
  const { image, from, columns, copy } = given;
  const { channels } = image;
  const padded = paddedRow(image, columns);
  const read = rowsRead(layout.rows, piece.row, piece.count);
  if (read.count > 0) {
    const kernel = kernels.get(planeRows, {
      ...{ rows: read.count, pixels: columns.size, channels, plane: image.channelBytes },
      ...{ fromRow: image.rowBytes, toRow: padded.bytes, before: padded.before },
    });
    call(kernel, from(piece.image * image.imageBytes + read.first * image.rowBytes), copy(0));
  }
  callsForX(kernels, call, layout, piece, {
    ...given,
    image: { ...image, rowBytes: padded.bytes, imageBytes: 0, pixelBytes: channels * elementBytes },
    from: (at) => copy(Math.max(0, at - read.first * padded.bytes)),
    elements: channels * columns.kernel,
  });
}
