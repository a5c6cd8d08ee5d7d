import { ShapeError, ValueError } from '../core/errors.js';
import { formatShape, numel, type Shape } from '../core/shape.js';
import { operands } from '../graph/op.js';
import { defineOp } from '../tensor/define-op.js';
import { normalizeRows, normalizeRowsBackward, type RowLayout } from './kernels/normalize-rows.js';
import { once } from './once.js';
import { requireExact, requireOneFloat, typeOf } from './require.js';

/**
 * Normalises each group of neighbouring channels of each sample (Wu & He, 2018, https://arxiv.org/abs/1803.08494):
 * y = (x − mean) / √(var + ε) · weight + bias.
 *
 * x `[N, C, …]`, weight and bias `[C]` → y as x, mean and rstd = 1 / √(var + ε) `[N, groups]`.
 */
export const groupNorm = defineOp('groupNorm', {
  infer([x, weight, bias], { groups }) {
    const dtype = requireOneFloat('groupNorm', { input: x, weight, bias });
    const [batch, channels] = x.shape;
    if (batch === undefined || channels === undefined)
      throw new ShapeError(
        'groupNorm',
        `input ${formatShape(x.shape)} has ${x.shape.length} dimensions, at least 2 are required: [N, C, …]`,
      );
    if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0)
      throw new ValueError(
        'groupNorm',
        `groups=${groups} must divide the ${channels} channels of input ${formatShape(x.shape)}`,
      );
    const why = `one for each channel of input ${formatShape(x.shape)}`;
    requireExact('groupNorm', 'weight', weight, [channels], why);
    requireExact('groupNorm', 'bias', bias, [channels], why);
    const statistics = { shape: [batch, groups], dtype };
    return [{ shape: x.shape, dtype }, statistics, statistics];
  },

  backward(dy, [x, weight], attrs, [, mean, rstd]) {
    const grads = once(() => operands(groupNormBackward.all([dy, x, weight, mean, rstd], attrs)));
    return [() => grads()[0], () => grads()[1], () => grads()[2]];
  },

  reference([x, weight, bias], [y, mean, rstd], { groups, eps }) {
    normalizeRows(rowsOf(x.shape, groups), [x, weight, bias], [y, mean, rstd], eps);
  },
});

/** The gradients of `groupNorm`: dy, x, weight, mean, rstd → dx, dweight, dbias. */
export const groupNormBackward = defineOp('groupNormBackward', {
  infer: ([, x, weight]) => [typeOf(x), typeOf(weight), typeOf(weight)],
  reference([dy, x, weight, mean, rstd], [dx, dweight, dbias], { groups }) {
    const layout = rowsOf(x.shape, groups);
    normalizeRowsBackward(layout, [dy, x, weight, mean, rstd], [dx, dweight, dbias]);
  },
});

function rowsOf([batch = 0, channels = 0, ...rest]: Shape, groups: number): RowLayout {
  return {
    rows: batch * groups,
    period: groups,
    weights: channels / groups,
    spread: numel(rest),
  };
}
