/** A copy between any two walks over a tensor of four-byte elements. */
import { type Shape, stridesOf } from '../../../core/shape.js';
import type { LowerContext } from '../lowering.js';
import type { Pointer } from '../region.js';
import { mergedRows, outerWords } from './broadcast.js';

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
  const words = [from, to, rows.inner, ...rows.steps, ...outerWords(rows)];
  context.emit('stridedCopy', words);
}
