import { isFloat } from '../core/dtype.js';
import { defineOp } from '../tensor/define-op.js';
import { reducedType, sums, unreduce } from './kernels/reduce.js';
import { setExact } from './kernels/whole.js';

/** Sums over dimensions; whole numbers and bools give int32, and an error where that cannot hold a sum. */
export const sum = defineOp('sum', {
  saves: 'none',
  infer: ([x], attrs) => [reducedType(x, attrs, isFloat(x.dtype) ? x.dtype : 'int32')],
  reference: ([x], [y], { dims }) => setExact('sum', y, sums(x, dims)),
  backward: (dy, [x], { dims }) => [() => unreduce(dy, x.shape, dims)],
});
