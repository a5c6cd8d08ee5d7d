import { DTypeError } from '../core/errors.js';
import { broadcastShapes } from '../core/shape.js';
import { defineOp } from '../tensor/define-op.js';
import { mapTernary } from './kernels/elementwise.js';
import { resultDtype } from './kernels/result-dtype.js';

/** a where the condition holds, b elsewhere, of [condition, a, b], with broadcasting. */
export const where = defineOp('where', {
  saves: 'inputs',
  infer([condition, a, b]) {
    if (condition.dtype !== 'bool')
      throw new DTypeError(
        'where',
        `the condition is ${condition.dtype}, bool is required; compare with .ne(0)`,
      );
    const shape = broadcastShapes('where', condition.shape, a.shape, b.shape);
    return [{ shape, dtype: resultDtype(a, b) }];
  },
  reference: ([condition, a, b], [y]) =>
    mapTernary(condition, a, b, y, (holds, yes, no) => (holds !== 0 ? yes : no)),
  backward: (dy, [condition, a, b]) => [
    null,
    () => dy.where(condition, 0).sumTo(a.shape).to(a.dtype),
    () => dy.where(condition.eq(0), 0).sumTo(b.shape).to(b.dtype),
  ],
});
