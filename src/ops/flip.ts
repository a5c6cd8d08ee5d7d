import { stridesOf } from '../core/shape.js';
import { defineOp, type Op } from '../tensor/define-op.js';
import { gatherStrided } from './kernels/strided-copy.js';

/** x with the order of its elements along `dims` reversed. */
export const flip: Op<'flip'> = defineOp('flip', {
  saves: 'none',
  infer: ([x]) => [{ shape: x.shape, dtype: x.dtype }],
  reference([x], [y], { dims }) {
    const strides = stridesOf(x.shape);
    const base = dims.reduce((sum, d) => sum + (strides[d] ?? 0) * ((x.shape[d] ?? 1) - 1), 0);
    const backwards = strides.map((stride, d) => (dims.includes(d) ? -stride : stride));
    gatherStrided(x.data, y, backwards, base);
  },
  backward: (dy, _inputs, attrs) => [() => flip([dy], attrs)],
});
