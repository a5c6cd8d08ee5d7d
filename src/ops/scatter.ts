import { ShapeError } from '../core/errors.js';
import { requireIndicesBelow } from '../core/indices.js';
import { sameShape } from '../core/shape.js';
import { zeros } from '../tensor/creation.js';
import { defineOp, type Op } from '../tensor/define-op.js';
import { describeShapes, requireIndex, visitIndexed } from './kernels/indices.js';

/** base, with y[i][index[i][j]] = src[i][j] for dim = 1, and so on, of [base, index, src]; of several, the last. */
export const scatter: Op<'scatter'> = defineOp('scatter', {
  saves: 'inputs',
  infer([base, index, src], { dim }) {
    requireIndex('scatter', index);
    const fits = index.shape.every((size, d) => d === dim || size <= (base.shape[d] ?? 0));
    if (base.shape.length !== index.shape.length || !fits || !sameShape(index.shape, src.shape))
      throw new ShapeError(
        'scatter',
        `${describeShapes({ base, index, src })}: index and src must have one shape, ` +
          `with as many dimensions as base, none larger except dim=${dim}`,
      );
    return [{ shape: base.shape, dtype: base.dtype }];
  },
  reference([base, index, src], [y], { dim }) {
    requireIndicesBelow('scatter', index.data, base.shape[dim] ?? 1);
    y.data.set(base.data);
    visitIndexed(index, base.shape, dim, (place, i) => {
      y.data[place] = src.data[i] as number;
    });
  },
  backward: (dy, [, index], { dim }) => [
    () => scatter([dy, index, zeros(index.shape, { dtype: dy.dtype })], { dim }),
    null,
    () => dy.gather(dim, index),
  ],
});
