import { ShapeError } from '../core/errors.js';
import { formatShape, stridesOf } from '../core/shape.js';
import { defineOp } from '../tensor/define-op.js';
import { gatherStrided } from './kernels/strided-copy.js';

/** x with its dimensions in another order. */
export const permute = defineOp('permute', {
  saves: 'none',
  infer([{ shape, dtype }], { dims }) {
    if (dims.length !== shape.length || shape.some((_, d) => !dims.includes(d)))
      throw new ShapeError(
        'permute',
        `dims=${formatShape(dims)} must name each of the ${shape.length} dimensions of ${formatShape(shape)} once`,
      );
    return [{ shape: dims.map((d) => shape[d] as number), dtype }];
  },
  reference([x], [y], { dims }) {
    const strides = stridesOf(x.shape);
    gatherStrided(
      x.data,
      y,
      dims.map((d) => strides[d] as number),
    );
  },
  backward: (dy, _inputs, { dims }) => [() => dy.permute(dims.map((_, d) => dims.indexOf(d)))],
});
