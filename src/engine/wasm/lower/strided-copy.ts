/** A copy between any two walks over a tensor of four-byte elements. */
import { type Shape, stridesOf } from '../../../core/shape.js';
import { mergedRows, outerDims } from '../../compiler/broadcast.js';
import type { LowerContext } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';

/** Copies the elements of a walk over `shape`. */
export function emitCopy(
  context: LowerContext,
  from: Pointer,
  to: Pointer,
  shape: Shape,
  fromStrides: readonly number[],
  toStrides: readonly number[] = stridesOf(shape),
): void {
  const rows = mergedRows(shape, [fromStrides, toStrides]);
  const [stepFrom = 0, stepTo = 0] = rows.steps;
  const { inner, outer } = rows;
  const dims = outerDims(rows);
  context.emit('stridedCopy', { from, to, inner, stepFrom, stepTo, rank: outer.length, dims });
}
