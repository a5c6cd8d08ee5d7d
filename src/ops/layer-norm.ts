import { ShapeError } from '../core/errors.js';
import { formatShape, numel, type Shape, sameShape } from '../core/shape.js';
import { operands } from '../graph/op.js';
import { defineOp } from '../tensor/define-op.js';
import { normalizeRows, normalizeRowsBackward, type RowLayout } from './kernels/normalize-rows.js';
import { once } from './once.js';
import { requireExact, requireOneFloat, typeOf } from './require.js';

/**
 * Normalises each sample over its last dimensions (Ba et al., 2016, https://arxiv.org/abs/1607.06450):
 * y = (x − mean) / √(var + ε) · weight + bias.
 *
 * x `[…, …normalizedShape]`, weight and bias `normalizedShape` → y as x, mean and rstd = 1 / √(var + ε) `[…]`.
 */
export const layerNorm = defineOp('layerNorm', {
  infer([x, weight, bias], { normalizedShape }) {
    const dtype = requireOneFloat('layerNorm', { input: x, weight, bias });
    const rank = x.shape.length - normalizedShape.length;
    if (
      normalizedShape.length === 0 ||
      rank < 0 ||
      !sameShape(x.shape.slice(rank), normalizedShape)
    )
      throw new ShapeError(
        'layerNorm',
        `input ${formatShape(x.shape)} must end in normalizedShape ${formatShape(normalizedShape)}`,
      );
    requireExact('layerNorm', 'weight', weight, normalizedShape, 'the normalizedShape');
    requireExact('layerNorm', 'bias', bias, normalizedShape, 'the normalizedShape');
    const statistics = { shape: x.shape.slice(0, rank), dtype };
    return [{ shape: x.shape, dtype }, statistics, statistics];
  },

  backward(dy, [x, weight], attrs, [, mean, rstd]) {
    const grads = once(() => operands(layerNormBackward.all([dy, x, weight, mean, rstd], attrs)));
    return [() => grads()[0], () => grads()[1], () => grads()[2]];
  },

  reference([x, weight, bias], [y, mean, rstd], { normalizedShape, eps }) {
    const layout = rowsOf(x.shape, normalizedShape);
    normalizeRows(layout, [x, weight, bias], [y, mean, rstd], eps);
  },
});

/** The gradients of `layerNorm`: dy, x, weight, mean, rstd → dx, dweight, dbias. */
export const layerNormBackward = defineOp('layerNormBackward', {
  infer: ([, x, weight]) => [typeOf(x), typeOf(weight), typeOf(weight)],
  reference([dy, x, weight, mean, rstd], [dx, dweight, dbias], { normalizedShape }) {
    const layout = rowsOf(x.shape, normalizedShape);
    normalizeRowsBackward(layout, [dy, x, weight, mean, rstd], [dx, dweight, dbias]);
  },
});

function rowsOf(x: Shape, normalizedShape: Shape): RowLayout {
  const rows = numel(x.slice(0, x.length - normalizedShape.length));
  return { rows, period: 1, weights: numel(normalizedShape), spread: 1 };
}
