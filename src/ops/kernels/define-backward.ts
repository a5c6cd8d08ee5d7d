import { requireFloat } from '../../core/dtype.js';
import { ShapeError } from '../../core/errors.js';
import { formatShape, sameShape } from '../../core/shape.js';
import { defineOp, type Op } from '../../tensor/define-op.js';
import { mapBinary } from './elementwise.js';

/** The gradient of an element-wise op as an op of its own: f(value, dy), where `value` is the op's x or y. */
export function defineBackward<A extends object = Record<never, never>>(
  name: string,
  f: (value: number, dy: number, attrs: A) => number,
): Op<A> {
  return defineOp<A>(name, {
    inPlace: [1],
    infer([value, dy]) {
      requireFloat(name, 'the gradient', dy.dtype);
      if (!sameShape(value.shape, dy.shape))
        throw new ShapeError(
          name,
          `the gradient ${formatShape(dy.shape)} must have the shape ${formatShape(value.shape)}`,
        );
      return [{ shape: dy.shape, dtype: dy.dtype }];
    },
    reference: ([value, dy], [dx], attrs) => mapBinary(value, dy, dx, (v, g) => f(v, g, attrs)),
  });
}
