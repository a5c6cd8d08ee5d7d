import { requireFloat, type TypedArray } from '../../core/dtype.js';
import { ShapeError } from '../../core/errors.js';
import { formatShape, sameShape } from '../../core/shape.js';
import type { OpAttrs, OpName } from '../../graph/op-attrs.js';
import { defineOp, type Op } from '../../tensor/define-op.js';
import { mapBinary } from './elementwise.js';

/** How the elements are made: one by one, or by a loop of the op's own where a call per element is too slow. */
type Kernel<A> =
  | ((value: number, dy: number, attrs: A) => number)
  | { loop(value: TypedArray, dy: TypedArray, dx: TypedArray): void };

/** The gradient of an element-wise op as an op of its own, of [value, dy], where `value` is the op's x or y. */
export function defineBackward<N extends OpName>(name: N, kernel: Kernel<OpAttrs[N]>): Op<N> {
  return defineOp(name, {
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
    reference([value, dy], [dx], attrs) {
      if (typeof kernel === 'function') mapBinary(value, dy, dx, (v, g) => kernel(v, g, attrs));
      else kernel.loop(value.data, dy.data, dx.data);
    },
  });
}
