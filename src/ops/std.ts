import { requireFloat } from '../core/dtype.js';
import { defineOp } from '../tensor/define-op.js';
import { countReduced, reducedType, unreduce } from './kernels/reduce.js';
import { variances } from './kernels/variance.js';

/** The standard deviation over dimensions; its gradient is 0 where it is 0. */
export const std = defineOp('std', {
  infer([x], attrs) {
    requireFloat('std', 'the input', x.dtype);
    return [reducedType(x, attrs, x.dtype)];
  },
  reference: ([x], [y], attrs) => y.data.set(variances(x, attrs).map(Math.sqrt)),
  backward: (dy, [x], { dims, correction }, [y]) => [
    () => {
      const degrees = Math.max(0, countReduced(x.shape, dims) - correction);
      const centred = x.sub(x.mean([...dims], { keepdim: true }));
      const scale = dy.div(y.mul(degrees)).where(y.ne(0), 0);
      return unreduce(scale, x.shape, dims).mul(centred);
    },
  ],
});
