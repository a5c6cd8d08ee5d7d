import { requireFloat } from '../core/dtype.js';
import { defineOp } from '../tensor/define-op.js';
import { type ReductionAttrs, reducedType, unreduce, visitReduced } from './kernels/reduce.js';

/** The Euclidean norm √Σx² over dimensions; its gradient is 0 where it is 0. */
export const norm = defineOp<ReductionAttrs>('norm', {
  infer([x], attrs) {
    requireFloat('norm', 'the input', x.dtype);
    return [reducedType(x, attrs, x.dtype)];
  },
  reference([x], [y], { dims }) {
    const squares = new Float64Array(y.data.length);
    visitReduced(x, dims, (value, place) => {
      squares[place] = (squares[place] as number) + value * value;
    });
    y.data.set(squares.map(Math.sqrt));
  },
  backward: (dy, [x], { dims }, [y]) => [
    () => unreduce(dy.div(y).where(y.ne(0), 0), x.shape, dims).mul(x),
  ],
});
