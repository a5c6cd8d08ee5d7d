/** Weights as those of a convolution with more channels: zeros fill what is added. */
import { numel, type Shape, sameShape, stridesOf } from '../../../core/shape.js';
import { emitCopy } from '../../compiler/lower/strided-copy.js';
import type { LowerContext } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';

/** A tensor of `shape` as one of shape `stored`, which is larger. */
export function padded(context: LowerContext, from: Pointer, shape: Shape, stored: Shape): Pointer {
  if (sameShape(shape, stored)) return from;
  const to = context.scratch(4 * numel(stored));
  context.emit('zero', { to, count: numel(stored) });
  emitCopy(context, from, to, shape, stridesOf(shape), stridesOf(stored));
  return to.readonly();
}

/** Where to write a tensor of shape `stored`, and how it gets from there to `to`, which has `shape`. */
export function unpadded(
  context: LowerContext,
  to: Pointer,
  shape: Shape,
  stored: Shape,
): { readonly place: Pointer; finish(): void } {
  if (sameShape(shape, stored)) return { place: to, finish() {} };
  const place = context.scratch(4 * numel(stored));
  const finish = () =>
    emitCopy(context, place.readonly(), to, shape, stridesOf(stored), stridesOf(shape));
  return { place, finish };
}
