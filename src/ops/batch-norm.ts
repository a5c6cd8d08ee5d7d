import { ShapeError, ValueError } from '../core/errors.js';
import { formatShape, numel, type Shape } from '../core/shape.js';
import { operands, type TensorType } from '../graph/op.js';
import { defineOp } from '../tensor/define-op.js';
import { once } from './once.js';
import { requireExact, requireOneFloat, typeOf } from './require.js';

/**
 * Normalises each channel by the mean and variance of the batch (Ioffe & Szegedy, 2015,
 * https://arxiv.org/abs/1502.03167): y = (x − mean) / √(var + ε) · weight + bias.
 *
 * x `[N, C]`, `[N, C, L]` or `[N, C, H, W]`, weight and bias `[C]` → y as x, mean and var (biased) `[C]`.
 */
export const batchNorm = defineOp('batchNorm', {
  infer([x, weight, bias]) {
    const type = normalizedType('batchNorm', x, { weight, bias });
    const { channels, batch, inner } = planesOf(x.shape);
    if (batch * inner === 1)
      throw new ValueError(
        'batchNorm',
        `input ${formatShape(x.shape)} has 1 value per channel, training needs at least 2; ` +
          'use larger batches (drop the last one: dropLast) or eval()',
      );
    const statistics = { shape: [channels], dtype: x.dtype };
    return [type, statistics, statistics];
  },

  backward(dy, [x, weight], attrs, [, mean, variance]) {
    const grads = once(() =>
      operands(batchNormBackward.all([dy, x, weight, mean, variance], attrs)),
    );
    return [() => grads()[0], () => grads()[1], () => grads()[2]];
  },

  reference([x, weight, bias], [y, mean, variance], { eps }) {
    const { channels, batch, inner } = planesOf(x.shape);
    const count = Math.max(1, batch * inner);
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let n = 0; n < batch; n++) {
        const at = (n * channels + c) * inner;
        for (let i = at; i < at + inner; i++) sum += x.data[i] as number;
      }
      const center = sum / count;
      let squares = 0;
      for (let n = 0; n < batch; n++) {
        const at = (n * channels + c) * inner;
        for (let i = at; i < at + inner; i++) squares += ((x.data[i] as number) - center) ** 2;
      }
      mean.data[c] = center;
      variance.data[c] = squares / count;
      const scale = (weight.data[c] as number) / Math.sqrt(squares / count + eps);
      const shift = bias.data[c] as number;
      for (let n = 0; n < batch; n++) {
        const at = (n * channels + c) * inner;
        for (let i = at; i < at + inner; i++)
          y.data[i] = ((x.data[i] as number) - center) * scale + shift;
      }
    }
  },
});

/** The gradients of `batchNorm`: dy, x `[N, C, …]`, weight, mean, var `[C]` → dx as x, dweight, dbias `[C]`. */
export const batchNormBackward = defineOp('batchNormBackward', {
  infer([dy, x, weight, mean, variance]) {
    requireExact('batchNormBackward', 'gradient', dy, x.shape, 'the shape of the input');
    const type = normalizedType('batchNormBackward', x, { weight, mean, variance });
    return [type, typeOf(weight), typeOf(weight)];
  },

  reference([dy, x, weight, mean, variance], [dx, dweight, dbias], { eps }) {
    const { channels, batch, inner } = planesOf(x.shape);
    const count = batch * inner;
    for (let c = 0; c < channels; c++) {
      const center = mean.data[c] as number;
      let sum = 0;
      let products = 0;
      for (let n = 0; n < batch; n++) {
        const at = (n * channels + c) * inner;
        for (let i = at; i < at + inner; i++) {
          sum += dy.data[i] as number;
          products += (dy.data[i] as number) * ((x.data[i] as number) - center);
        }
      }
      const rstd = 1 / Math.sqrt((variance.data[c] as number) + eps);
      dweight.data[c] = products * rstd;
      dbias.data[c] = sum;
      const scale = (weight.data[c] as number) * rstd;
      const slope = (products * rstd * rstd) / count;
      for (let n = 0; n < batch; n++) {
        const at = (n * channels + c) * inner;
        for (let i = at; i < at + inner; i++)
          dx.data[i] =
            scale *
            ((dy.data[i] as number) - sum / count - ((x.data[i] as number) - center) * slope);
      }
    }
  },
});

/**
 * The same with given statistics: x `[N, C, …]`, weight, bias, mean, var `[C]` → y as x. Gradients flow to x, weight
 * and bias.
 */
export const batchNormEval = defineOp('batchNormEval', {
  saves: 'inputs',
  infer: ([x, weight, bias, mean, variance]) => [
    normalizedType('batchNormEval', x, { weight, bias, mean, variance }),
  ],

  backward(dy, [x, weight, , mean, variance], { eps }) {
    const perChannel = [weight.numel(), ...x.shape.slice(2).map(() => 1)];
    const others = x.shape.map((_, dim) => dim).filter((dim) => dim !== 1);
    const std = once(() => variance.add(eps).sqrt());
    return [
      () => dy.mul(weight.div(std()).reshape(perChannel)),
      () =>
        dy
          .mul(x.sub(mean.reshape(perChannel)))
          .sum(others)
          .div(std()),
      () => dy.sum(others),
    ];
  },

  reference([x, weight, bias, mean, variance], [y], { eps }) {
    const { channels, batch, inner } = planesOf(x.shape);
    for (let c = 0; c < channels; c++) {
      const center = mean.data[c] as number;
      const scale = (weight.data[c] as number) / Math.sqrt((variance.data[c] as number) + eps);
      const shift = bias.data[c] as number;
      for (let n = 0; n < batch; n++) {
        const at = (n * channels + c) * inner;
        for (let i = at; i < at + inner; i++)
          y.data[i] = ((x.data[i] as number) - center) * scale + shift;
      }
    }
  },
});

/** `[N, C, …]` as batch × channels × inner. */
function planesOf([batch = 0, channels = 0, ...rest]: Shape) {
  return { batch, channels, inner: numel(rest) };
}

function normalizedType(
  subject: string,
  x: TensorType,
  vectors: Readonly<Record<string, TensorType>>,
): TensorType {
  if (x.shape.length < 2 || x.shape.length > 4)
    throw new ShapeError(
      subject,
      `input ${formatShape(x.shape)} has ${x.shape.length} dimensions, 2 to 4 are required: [N, C], [N, C, L] or [N, C, H, W]`,
    );
  const dtype = requireOneFloat(subject, { input: x, ...vectors });
  for (const [name, vector] of Object.entries(vectors))
    requireExact(
      subject,
      name,
      vector,
      x.shape.slice(1, 2),
      `one for each channel of input ${formatShape(x.shape)}`,
    );
  return { shape: x.shape, dtype };
}
