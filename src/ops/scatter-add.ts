import { ShapeError } from '../core/errors.js';
import { requireIndicesBelow } from '../core/indices.js';
import { sameShape } from '../core/shape.js';
import { defineOp } from '../tensor/define-op.js';
import { describeShapes, requireIndex, visitIndexed } from './kernels/indices.js';

/** base, with y[i][index[i][j]] += src[i][j] for dim = 1, and so on, of [base, index, src]. */
export const scatterAdd = defineOp('scatterAdd', {
  saves: 'inputs',
  infer([base, index, src], { dim }) {
    requireIndex('scatterAdd', index);
    const fits = index.shape.every((size, d) => d === dim || size <= (base.shape[d] ?? 0));
    if (base.shape.length !== index.shape.length || !fits || !sameShape(index.shape, src.shape))
      throw new ShapeError(
        'scatterAdd',
        `${describeShapes({ base, index, src })}: index and src must have one shape, ` +
          `with as many dimensions as base, none larger except dim=${dim}`,
      );
    return [{ shape: base.shape, dtype: base.dtype }];
  },
  reference([base, index, src], [y], { dim }) {
    requireIndicesBelow('scatterAdd', index.data, base.shape[dim] ?? 1);
    y.data.set(base.data);
    visitIndexed(index, base.shape, dim, (place, i) => {
      y.data[place] = (y.data[place] as number) + (src.data[i] as number);
    });
  },
  backward: (dy, [, index], { dim }) => [() => dy, null, () => dy.gather(dim, index)],
});
