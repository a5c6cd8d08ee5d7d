/**
 * Pieces of an image of few channels, which all lie side by side (`tile-pieces.ts`): a row of the kernel meets one run of elements, whose parts of
 * 16 are the lanes of a position. Runs that would begin or end outside of a row are read from a copy with zeros around.
 */
import { alignUp } from '../../pool/heap.js';
import { padRows } from '../kernels/pad-rows.js';
import type { Kernels } from '../kernels.js';
import type { Axis } from './axis.js';
import type { Call } from './phase.js';
import type { StoredImage } from './stored-image.js';
import {
  type At,
  callsForX,
  type PieceImage,
  type PieceLayout,
  type PieceRows,
  tileLanes,
} from './tile-pieces.js';

const lanesOf = (elements: number) => Math.ceil(elements / tileLanes);

/** Whether runs take at most half of the lanes that pixels would. */
export function isRun(
  { channels, block }: Pick<StoredImage, 'channels' | 'block'>,
  { kernel, dilation }: Axis,
): boolean {
  const inRuns = lanesOf(channels * kernel);
  return block === channels && dilation === 1 && 2 * inRuns <= kernel * lanesOf(channels);
}

/** Columns as runs have them: each output's is a position, and no other one is met. */
export const runColumns = ({ outSize, step }: Axis): Axis => ({
  ...{ size: outSize * step, outSize, step },
  ...{ kernel: 1, padding: 0, dilation: 1 },
});

/** Bytes of a row with zeros around, and of those before it; undefined where runs stay within rows. */
function paddedRow({ pixelBytes }: StoredImage, columns: Axis) {
  const { size, outSize, kernel, step, padding } = columns;
  const behind = Math.max(0, (outSize - 1) * step + kernel - padding - size);
  if (padding === 0 && behind === 0) return undefined;
  const before = padding * pixelBytes;
  const leastBehind = 64; // As `padRows` asks, and for what the last lanes read.
  return { before, bytes: alignUp(before + (size + behind) * pixelBytes + leastBehind) };
}

/** Rows of x that a piece reads. */
function rowsRead({ size, step, padding, kernel, dilation }: Axis, row: number, count: number) {
  const first = Math.max(0, row * step - padding);
  const end = Math.min(size, (row + count - 1) * step - padding + (kernel - 1) * dilation + 1);
  return { first, count: Math.max(0, end - first) };
}

/** Bytes that a thread needs for the copy of a piece of at most `count` rows; 0 where none is made. */
export function paddedBytes(
  image: StoredImage,
  [rows, columns]: readonly [Axis, Axis],
  count: number,
): number {
  const padded = isRun(image, columns) ? paddedRow(image, columns) : undefined;
  const most = Math.min(rows.size, (count - 1) * rows.step + (rows.kernel - 1) * rows.dilation + 1);
  return padded === undefined ? 0 : padded.bytes * most;
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
  const elements = image.channels * columns.kernel;
  const padded = paddedRow(image, columns);
  if (padded === undefined) {
    callsForX(kernels, call, layout, piece, { ...given, elements });
    return;
  }
  const read = rowsRead(layout.rows, piece.row, piece.count);
  if (read.count > 0) {
    const kernel = kernels.get(padRows, {
      ...{ rows: read.count, elements: columns.size * image.channels, fromRow: image.rowBytes },
      ...{ toRow: padded.bytes, before: padded.before },
    });
    call(kernel, from(piece.image * image.imageBytes + read.first * image.rowBytes), copy(0));
  }
  const made = {
    image: { ...image, rowBytes: padded.bytes, imageBytes: 0 },
    from: (at: number) => copy(Math.max(0, at - read.first * padded.bytes)),
  };
  callsForX(kernels, call, layout, piece, { ...given, ...made, elements });
}
