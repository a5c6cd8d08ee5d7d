import { ShapeError } from '../core/errors.js';
import { requireIndicesBelow } from '../core/indices.js';
import { numel, sameShape } from '../core/shape.js';
import { defineOp } from '../tensor/define-op.js';
import { describeShapes, requireIndex } from './kernels/indices.js';

/** base, with slice k of src added to slice index[k] along `dim`, of [base, index, src]. */
export const indexAdd = defineOp('indexAdd', {
  saves: 'inputs',
  infer([base, index, src], { dim }) {
    requireIndex('indexAdd', index);
    const [count] = index.shape;
    if (index.shape.length !== 1 || !sameShape(src.shape, base.shape.with(dim, count ?? 0)))
      throw new ShapeError(
        'indexAdd',
        `${describeShapes({ base, index, src })}: index must have 1 dimension, ` +
          `and src the shape of base with the index's length in dim=${dim}`,
      );
    return [{ shape: base.shape, dtype: base.dtype }];
  },
  reference([base, index, src], [y], { dim }) {
    const size = base.shape[dim] as number;
    requireIndicesBelow('indexAdd', index.data, size);
    y.data.set(base.data);
    const outer = numel(base.shape.slice(0, dim));
    const inner = numel(base.shape.slice(dim + 1));
    let i = 0;
    for (let row = 0; row < outer; row++)
      for (let k = 0; k < index.data.length; k++) {
        let o = (row * size + (index.data[k] as number)) * inner;
        for (const end = o + inner; o < end; o++)
          y.data[o] = (y.data[o] as number) + (src.data[i++] as number);
      }
  },
  backward: (dy, [, index], { dim }) => [() => dy, null, () => dy.indexSelect(dim, index)],
});
