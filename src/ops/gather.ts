import { ShapeError } from '../core/errors.js';
import { requireIndicesBelow } from '../core/indices.js';
import { zeros } from '../tensor/creation.js';
import { defineOp } from '../tensor/define-op.js';
import { describeShapes, requireIndex, visitIndexed } from './kernels/indices.js';
import { scatterAdd } from './scatter-add.js';

/** y[i][j] = x[i][index[i][j]] for dim = 1, and so on, of [x, index]; y has the index's shape. */
export const gather = defineOp('gather', {
  saves: 'inputs',
  infer([x, index], { dim }) {
    requireIndex('gather', index);
    const fits = index.shape.every((size, d) => d === dim || size <= (x.shape[d] ?? 0));
    if (index.shape.length !== x.shape.length || !fits)
      throw new ShapeError(
        'gather',
        `${describeShapes({ x, index })}: index must have as many dimensions, none larger except dim=${dim}`,
      );
    return [{ shape: index.shape, dtype: x.dtype }];
  },
  reference([x, index], [y], { dim }) {
    requireIndicesBelow('gather', index.data, x.shape[dim] ?? 1);
    visitIndexed(index, x.shape, dim, (place, i) => {
      y.data[i] = x.data[place] as number;
    });
  },
  backward: (dy, [x, index], { dim }) => [
    () => scatterAdd([zeros(x.shape, { dtype: dy.dtype }), index, dy], { dim }),
    null,
  ],
});
