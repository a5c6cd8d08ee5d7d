import { requireFloat } from '../core/dtype.js';
import { broadcastShapes } from '../core/shape.js';
import { defineOp } from '../tensor/define-op.js';
import { mapTernary } from './kernels/elementwise.js';
import { resultDtype } from './kernels/result-dtype.js';

/**
 * a + weight · (b − a), of [a, b, weight], with broadcasting; counted from the nearer end, as PyTorch does, so that it is
 * exactly b at weight 1.
 */
export const lerp = defineOp('lerp', {
  inPlace: [0],
  saves: 'inputs',
  infer([a, b, weight]) {
    const dtype = resultDtype(a, b);
    requireFloat('lerp', 'the result', dtype);
    return [{ shape: broadcastShapes('lerp', a.shape, b.shape, weight.shape), dtype }];
  },
  reference: ([a, b, weight], [y]) =>
    mapTernary(a, b, weight, y, (start, end, w) =>
      Math.abs(w) < 0.5 ? start + w * (end - start) : end - (1 - w) * (end - start),
    ),
  backward: (dy, [a, b, weight]) => [
    () => dy.sub(dy.mul(weight)).sumTo(a.shape).to(a.dtype),
    () => dy.mul(weight).sumTo(b.shape).to(b.dtype),
    () => dy.mul(b.sub(a)).sumTo(weight.shape).to(weight.dtype),
  ],
});
