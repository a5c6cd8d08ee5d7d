import { isFloat } from '../core/dtype.js';
import { defineOp } from '../tensor/define-op.js';
import { type ReductionAttrs, reducedType, sums, unreduce } from './kernels/reduce.js';

/** Sums over dimensions; whole numbers and bools give int32. */
export const sum = defineOp<ReductionAttrs>('sum', {
  saves: 'none',
  infer: ([x], attrs) => [reducedType(x, attrs, isFloat(x.dtype) ? x.dtype : 'int32')],
  reference: ([x], [y], { dims }) => y.data.set(sums(x, dims)),
  backward: (dy, [x], { dims }) => [() => unreduce(dy, x.shape, dims)],
});
