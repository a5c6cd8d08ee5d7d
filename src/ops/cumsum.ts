import { defineOp, type Op } from '../tensor/define-op.js';
import { lineStart, linesAlong } from './kernels/lines.js';
import { setExact } from './kernels/whole.js';
import { requireDim } from './require.js';

/**
 * y[k] = x[0] + … + x[k] along `dim`, or x[k] + … + x[last]; whole numbers and bools give int32, and an error where that
 * cannot hold a sum.
 */
export const cumsum: Op<'cumsum'> = defineOp('cumsum', {
  saves: 'none',
  infer([x], { dim }) {
    requireDim('cumsum', dim, x.shape.length);
    const whole = x.dtype === 'bool' || x.dtype === 'uint8';
    return [{ shape: x.shape, dtype: whole ? 'int32' : x.dtype }];
  },
  reference([x], [y], { dim, reverse }) {
    const lines = linesAlong(x.shape, dim);
    const { size, step } = lines;
    const results = new Float64Array(x.data.length);
    for (let line = 0; line < lines.count; line++) {
      const start = lineStart(lines, line);
      let sum = 0;
      for (let k = 0; k < size; k++) {
        const i = start + (reverse ? size - 1 - k : k) * step;
        sum += x.data[i] as number;
        results[i] = sum;
      }
    }
    setExact('cumsum', y, results);
  },
  backward: (dy, _inputs, { dim, reverse }) => [() => cumsum([dy], { dim, reverse: !reverse })],
});
