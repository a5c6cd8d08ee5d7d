import { requireFloat } from '../core/dtype.js';
import { defineOp } from '../tensor/define-op.js';
import { reducedType, unreduce, visitReduced } from './kernels/reduce.js';

/** The p-norm (Σ |x|ᵖ)^(1/p) over dimensions; its gradient is 0 where it is 0, and where x is. */
export const norm = defineOp('norm', {
  infer([x], attrs) {
    requireFloat('norm', 'the input', x.dtype);
    return [reducedType(x, attrs, x.dtype)];
  },
  reference([x], [y], { dims, p }) {
    const powers = new Float64Array(y.data.length);
    visitReduced(x, dims, (value, place) => {
      const power = p === 2 ? value * value : Math.abs(value) ** p;
      powers[place] = (powers[place] as number) + power;
    });
    y.data.set(powers.map(p === 2 ? Math.sqrt : (sum) => sum ** (1 / p)));
  },
  backward: (dy, [x], { dims, p }, [y]) => [
    () => {
      if (p === 2) return unreduce(dy.div(y).where(y.ne(0), 0), x.shape, dims).mul(x);
      const share = x.abs().div(unreduce(y, x.shape, dims));
      const slope = share.pow(p - 1).where(x.ne(0), 0); // |x|ᵖ⁻¹ / yᵖ⁻¹
      return unreduce(dy, x.shape, dims).mul(x.sign()).mul(slope);
    },
  ],
});
