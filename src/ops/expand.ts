import { ShapeError } from '../core/errors.js';
import { broadcastShapes, formatShape, sameShape } from '../core/shape.js';
import { defineOp } from '../tensor/define-op.js';
import { broadcastStrides } from './kernels/strided.js';
import { gatherStrided } from './kernels/strided-copy.js';

/** x repeated along dimensions of size 1, and along new ones in front. */
export const expand = defineOp('expand', {
  saves: 'none',
  infer([x], { shape }) {
    if (!sameShape(broadcastShapes('expand', x.shape, shape), shape))
      throw new ShapeError(
        'expand',
        `${formatShape(x.shape)} does not broadcast to ${formatShape(shape)}`,
      );
    return [{ shape, dtype: x.dtype }];
  },
  reference: ([x], [y]) => gatherStrided(x.data, y, broadcastStrides(x.shape, y.shape)),
  backward: (dy, [x]) => [() => dy.sumTo(x.shape)],
});
