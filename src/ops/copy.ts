import { allocate } from '../core/dtype.js';
import { ShapeError } from '../core/errors.js';
import { broadcastShapes, formatShape, sameShape } from '../core/shape.js';
import { defineOp } from '../tensor/define-op.js';
import { convertInto } from './kernels/convert.js';
import { broadcastStrides } from './kernels/strided.js';
import { gatherStrided } from './kernels/strided-copy.js';

/** The target with its elements replaced by x, converted and broadcast, of [target, x]: what `copy_` and `fill_` do. */
export const copy = defineOp('copy', {
  inPlace: [0],
  saves: 'none',
  infer([target, x]) {
    if (!sameShape(broadcastShapes('copy', target.shape, x.shape), target.shape))
      throw new ShapeError(
        'copy',
        `${formatShape(x.shape)} does not broadcast to the target ${formatShape(target.shape)}`,
      );
    return [{ shape: target.shape, dtype: target.dtype }];
  },
  reference([target, x], [y]) {
    const whole = { shape: y.shape, dtype: x.dtype, data: allocate(x.dtype, y.data.length) };
    gatherStrided(x.data, whole, broadcastStrides(x.shape, target.shape));
    convertInto(whole.data, y);
  },
  backward: (dy, [target, x]) => [
    () => dy.mul(0).to(target.dtype),
    () => dy.sumTo(x.shape).to(x.dtype),
  ],
});
