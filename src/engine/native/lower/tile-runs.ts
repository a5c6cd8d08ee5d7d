/**
 * Pieces of an image whose channels all lie side by side (`tile-pieces.ts`): what a row of the kernel meets is a run of pixels, of which parts of
 * 16 elements are the lanes. Runs that would begin or end outside of a row are read from a copy with zeros around.
 */
import { alignUp } from '../../pool/heap.js';
import { padRows } from '../kernels/pad-rows.js';
import { pairBytes } from '../kernels/pixel-pairs.js';
import { runPairs } from '../kernels/run-pairs.js';
import type { Kernels } from '../kernels.js';
import type { Axis } from './axis.js';
import type { Call } from './phase.js';
import type { StoredImage } from './stored-image.js';
import {
  type At,
  type PieceImage,
  type PieceLayout,
  type PieceRows,
  phaseRows,
} from './tile-pieces.js';

/** Whether runs of pixels are sums' columns. */
export const isRun = ({ channels, block }: Pick<StoredImage, 'channels' | 'block'>): boolean =>
  block === channels;

/** Elements of a run. */
export const runElements = ({ channels }: StoredImage, { kernel }: Axis): number =>
  channels * kernel;

/** A row with zeros around. */
interface PaddedRow {
  readonly before: number;
  readonly bytes: number;
}

function paddedRow(image: StoredImage, columns: Axis): PaddedRow | undefined {
  const { size, outSize, kernel, step, padding } = columns;
  const behind = Math.max(0, (outSize - 1) * step + kernel - padding - size);
  if (padding === 0 && behind === 0) return undefined;
  const bytes = (padding + size + behind) * image.pixelBytes;
  return { before: padding * image.pixelBytes, bytes: alignUp(bytes + pairBytes) };
}

/** Rows of x that a piece reads. */
function rowsRead({ rows }: PieceLayout, { row, count }: Omit<PieceRows, 'image'>) {
  const { size, step, padding, kernel, dilation } = rows;
  const first = Math.max(0, row * step - padding);
  const end = Math.min(size, (row + count - 1) * step - padding + (kernel - 1) * dilation + 1);
  return { first, count: Math.max(0, end - first) };
}

/** Bytes that a thread needs for the copy of a piece of at most `count` rows; 0 where none is made. */
export function paddedBytes(layout: PieceLayout, image: StoredImage, count: number): number {
  const padded = isRun(image) ? paddedRow(image, layout.columns) : undefined;
  const { rows } = layout;
  const most = Math.min(rows.size, (count - 1) * rows.step + (rows.kernel - 1) * rows.dilation + 1);
  return padded === undefined ? 0 : padded.bytes * most;
}

/** Makes the pairs of a piece of x: `[16 lanes][phase][row][pair]`; `copy` is where there is room for `paddedBytes`. */
export function callsForRuns(
  kernels: Kernels,
  call: Call,
  layout: PieceLayout,
  piece: PieceRows,
  { image, from, to, copy }: PieceImage & { readonly copy: At },
): void {
  const { rows, columns, pairsOfRow, lane } = layout;
  const padded = paddedRow(image, columns);
  const read = rowsRead(layout, piece);
  const imageAt = piece.image * image.imageBytes;
  if (padded !== undefined && read.count > 0) {
    const kernel = kernels.get(padRows, {
      ...{ rows: read.count, elements: columns.size * image.channels, fromRow: image.rowBytes },
      ...{ toRow: padded.bytes, before: padded.before },
    });
    call(kernel, from(imageAt + read.first * image.rowBytes), copy(0));
  }
  const rowBytes = padded?.bytes ?? image.rowBytes;
  for (const { row, count, zeros, at } of phaseRows(layout, piece)) {
    const kernel = kernels.get(runPairs, {
      ...{ rows: count, fromRow: rows.step * rowBytes, toRow: pairsOfRow * pairBytes, rowBytes },
      ...{ outputs: columns.outSize, step: columns.step, pixel: image.pixelBytes },
      ...{ elements: runElements(image, columns), lane, zeros },
    });
    const place =
      padded === undefined
        ? from(imageAt + row * rowBytes)
        : copy(count === 0 ? 0 : (row - read.first) * rowBytes);
    call(kernel, place, to(at));
  }
}
