import { zeros } from '../tensor/creation.js';
import { defineOp } from '../tensor/define-op.js';
import { lineStart, linesAlong } from './kernels/lines.js';
import { inOrder } from './kernels/order.js';
import { requireDim, typeOf } from './require.js';
import { scatterAdd } from './scatter-add.js';

/**
 * The first `count` elements along `dim` in ascending or descending order, and where they stood (int32). Equal elements
 * keep their order; NaN counts as the largest.
 */
export const sort = defineOp('sort', {
  saves: 'outputs',
  infer([x], { dim, count }) {
    requireDim('sort', dim, x.shape.length);
    const { shape } = typeOf(x);
    const kept = shape.length === 0 ? shape : shape.with(dim, count);
    return [
      { shape: kept, dtype: x.dtype },
      { shape: kept, dtype: 'int32' },
    ];
  },
  reference([x], [values, indices], { dim, descending, count }) {
    const lines = linesAlong(x.shape, dim);
    const kept = linesAlong(values.shape, dim);
    const line = new Float64Array(lines.size);
    for (let n = 0; n < lines.count; n++) {
      const start = lineStart(lines, n);
      for (let k = 0; k < lines.size; k++) line[k] = x.data[start + k * lines.step] as number;
      const order = inOrder(line, descending);
      const to = lineStart(kept, n);
      for (let k = 0; k < count; k++) {
        const from = order[k] as number;
        values.data[to + k * kept.step] = line[from] as number;
        indices.data[to + k * kept.step] = from;
      }
    }
  },
  backward: (dy, [x], { dim }, [, indices]) => [
    () =>
      x.ndim === 0 ? dy : scatterAdd([zeros(x.shape, { dtype: dy.dtype }), indices, dy], { dim }),
  ],
});
