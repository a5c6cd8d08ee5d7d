import { internalError, ShapeError } from '../core/errors.js';
import { formatShape, numel } from '../core/shape.js';
import { defineOp } from '../tensor/define-op.js';

/** The same elements under another shape. */
export const reshape = defineOp('reshape', {
  view: true,
  saves: 'none',
  infer([x], { shape }) {
    if (numel(x.shape) !== numel(shape))
      throw new ShapeError(
        'reshape',
        `cannot turn ${formatShape(x.shape)} (${numel(x.shape)} elements) into ${formatShape(shape)}`,
      );
    return [{ shape, dtype: x.dtype }];
  },
  reference() {
    throw internalError('reshape is a view and has no kernel');
  },
  backward: (dy, [x]) => [() => dy.reshape(x.shape)],
});
