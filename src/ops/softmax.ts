import { requireFloat } from '../core/dtype.js';
import { defineOp } from '../tensor/define-op.js';
import { lineStart, linesAlong } from './kernels/lines.js';
import { requireDim, typeOf } from './require.js';

/** y = eˣ / Σ eˣ along `dim`. */
export const softmax = defineOp('softmax', {
  saves: 'outputs',
  infer([x], { dim }) {
    requireFloat('softmax', 'the input', x.dtype);
    requireDim('softmax', dim, x.shape.length);
    return [typeOf(x)];
  },

  backward: (dy, _inputs, attrs, [y]) => [() => softmaxBackward([dy, y], attrs)],

  reference([x], [y], { dim }) {
    const lines = linesAlong(x.shape, dim);
    const { size, step } = lines;
    const powers = new Float64Array(size);
    for (let line = 0; line < lines.count; line++) {
      const start = lineStart(lines, line);
      let max = -Infinity;
      for (let k = 0; k < size; k++) max = Math.max(max, x.data[start + k * step] as number);
      let sum = 0;
      for (let k = 0; k < size; k++) {
        const power = Math.exp((x.data[start + k * step] as number) - max);
        powers[k] = power;
        sum += power;
      }
      for (let k = 0; k < size; k++) y.data[start + k * step] = (powers[k] as number) / sum;
    }
  },
});

/** The gradient of `softmax`: dx = y · (dy − Σ dy · y). */
export const softmaxBackward = defineOp('softmaxBackward', {
  infer: ([, y]) => [typeOf(y)],
  reference([dy, y], [dx], { dim }) {
    const lines = linesAlong(y.shape, dim);
    const { size, step } = lines;
    for (let line = 0; line < lines.count; line++) {
      const start = lineStart(lines, line);
      const end = start + size * step;
      let sum = 0;
      for (let i = start; i < end; i += step) sum += (dy.data[i] as number) * (y.data[i] as number);
      for (let i = start; i < end; i += step)
        dx.data[i] = (y.data[i] as number) * ((dy.data[i] as number) - sum);
    }
  },
});
