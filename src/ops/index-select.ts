import { ShapeError } from '../core/errors.js';
import { requireIndicesBelow } from '../core/indices.js';
import { formatShape, numel } from '../core/shape.js';
import { zeros } from '../tensor/creation.js';
import { defineOp } from '../tensor/define-op.js';
import { indexAdd } from './index-add.js';
import { requireIndex } from './kernels/indices.js';

/** The slices of x along `dim` that the 1-d int32 index names, of [x, index]. */
export const indexSelect = defineOp('indexSelect', {
  saves: 'inputs',
  infer([x, index], { dim }) {
    requireIndex('indexSelect', index);
    if (index.shape.length !== 1)
      throw new ShapeError(
        'indexSelect',
        `the index ${formatShape(index.shape)} has ${index.shape.length} dimensions, 1 is required`,
      );
    return [{ shape: x.shape.with(dim, index.shape[0] as number), dtype: x.dtype }];
  },
  reference([x, index], [y], { dim }) {
    const size = x.shape[dim] as number;
    requireIndicesBelow('indexSelect', index.data, size);
    const outer = numel(x.shape.slice(0, dim));
    const inner = numel(x.shape.slice(dim + 1));
    let o = 0;
    for (let row = 0; row < outer; row++)
      for (let k = 0; k < index.data.length; k++) {
        const from = (row * size + (index.data[k] as number)) * inner;
        y.data.set(x.data.subarray(from, from + inner), o);
        o += inner;
      }
  },
  backward: (dy, [x, index], { dim }) => [
    () => indexAdd([zeros(x.shape, { dtype: dy.dtype }), index, dy], { dim }),
    null,
  ],
});
