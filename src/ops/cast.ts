import { defineOp } from '../tensor/define-op.js';
import { convertInto } from './kernels/convert.js';

/** A copy of x with elements of another type: fractions are cut off, and bool is whether x ≠ 0. */
export const cast = defineOp('cast', {
  saves: 'none',
  infer: ([{ shape }], { dtype }) => [{ shape, dtype }],
  reference: ([x], [y]) => convertInto(x.data, y),
  backward: (dy, [x]) => [() => dy.to(x.dtype)],
});
