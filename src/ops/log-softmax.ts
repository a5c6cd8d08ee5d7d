import { requireFloat } from '../core/dtype.js';
import { defineOp } from '../tensor/define-op.js';
import { lineStart, linesAlong } from './kernels/lines.js';
import { logSoftmaxLines } from './kernels/log-softmax-lines.js';
import { requireDim, typeOf } from './require.js';

/** y = log softmax(x) along `dim`, without overflow. */
export const logSoftmax = defineOp('logSoftmax', {
  saves: 'outputs',
  infer([x], { dim }) {
    requireFloat('logSoftmax', 'the input', x.dtype);
    requireDim('logSoftmax', dim, x.shape.length);
    return [typeOf(x)];
  },
  backward: (dy, _inputs, attrs, [y]) => [() => logSoftmaxBackward([dy, y], attrs)],
  reference([x], [y], { dim }) {
    logSoftmaxLines(x.data, y.data, linesAlong(x.shape, dim));
  },
});

/** The gradient of `logSoftmax`: dx = dy − e^y · Σ dy. */
export const logSoftmaxBackward = defineOp('logSoftmaxBackward', {
  infer: ([, y]) => [typeOf(y)],
  reference([dy, y], [dx], { dim }) {
    const lines = linesAlong(y.shape, dim);
    const { size, step } = lines;
    for (let line = 0; line < lines.count; line++) {
      const start = lineStart(lines, line);
      const end = start + size * step;
      let sum = 0;
      for (let i = start; i < end; i += step) sum += dy.data[i] as number;
      for (let i = start; i < end; i += step)
        dx.data[i] = (dy.data[i] as number) - Math.exp(y.data[i] as number) * sum;
    }
  },
});
