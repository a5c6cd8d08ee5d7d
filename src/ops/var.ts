import { requireFloat } from '../core/dtype.js';
import { defineOp } from '../tensor/define-op.js';
import { countReduced, reducedType, unreduce } from './kernels/reduce.js';
import { variances } from './kernels/variance.js';

/** The variance over dimensions. */
export const variance = defineOp('var', {
  saves: 'inputs',
  infer([x], attrs) {
    requireFloat('var', 'the input', x.dtype);
    return [reducedType(x, attrs, x.dtype)];
  },
  reference: ([x], [y], attrs) => y.data.set(variances(x, attrs)),
  backward: (dy, [x], { dims, correction }) => [
    () => {
      const degrees = Math.max(0, countReduced(x.shape, dims) - correction);
      const centred = x.sub(x.mean([...dims], { keepdim: true }));
      return unreduce(dy.mul(2).div(degrees), x.shape, dims).mul(centred);
    },
  ],
});
