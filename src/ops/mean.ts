import { requireFloat } from '../core/dtype.js';
import { defineOp } from '../tensor/define-op.js';
import { countReduced, reducedType, sums, unreduce } from './kernels/reduce.js';

/** Means over dimensions; NaN where there are no elements. */
export const mean = defineOp('mean', {
  saves: 'none',
  infer([x], attrs) {
    requireFloat('mean', 'the input', x.dtype);
    return [reducedType(x, attrs, x.dtype)];
  },
  reference([x], [y], { dims }) {
    const count = countReduced(x.shape, dims);
    y.data.set(sums(x, dims).map((sum) => sum / count));
  },
  backward: (dy, [x], { dims }) => [
    () => unreduce(dy.div(countReduced(x.shape, dims)), x.shape, dims),
  ],
});
