/** Layers without state, as functions. `nn.functional` also holds the losses (`functional-losses.ts`). */
import { ValueError } from '../core/errors.js';
import { optionReader, requireOneOf } from '../core/options.js';
import { dims4, normalizeDim, pair, type Shape, type Size2d } from '../core/shape.js';
import { operands } from '../graph/op.js';
import { adaptiveAvgPool2d as adaptiveAvgPool2dOp } from '../ops/adaptive-avg-pool2d.js';
import { adaptiveMaxPool2d as adaptiveMaxPool2dOp } from '../ops/adaptive-max-pool2d.js';
import { avgPool2d as avgPool2dOp } from '../ops/avg-pool2d.js';
import { batchNormEval, batchNorm as batchNormOp } from '../ops/batch-norm.js';
import { conv2d as conv2dOp } from '../ops/conv2d.js';
import { dropout as dropoutOp, featureDropout } from '../ops/dropout.js';
import { gelu as geluOp } from '../ops/gelu.js';
import { groupNorm as groupNormOp } from '../ops/group-norm.js';
import { layerNorm as layerNormOp } from '../ops/layer-norm.js';
import { leakyRelu as leakyReluOp } from '../ops/leaky-relu.js';
import { linear as linearOp } from '../ops/linear.js';
import { logSoftmax as logSoftmaxOp } from '../ops/log-softmax.js';
import { maxPool2d as maxPool2dOp } from '../ops/max-pool2d.js';
import { drawKey } from '../ops/random.js';
import { relu as reluOp } from '../ops/relu.js';
import { sigmoid as sigmoidOp } from '../ops/sigmoid.js';
import { silu as siluOp } from '../ops/silu.js';
import { softmax as softmaxOp } from '../ops/softmax.js';
import { tanh as tanhOp } from '../ops/tanh.js';
import { ones, zeros } from '../tensor/creation.js';
import { noGrad } from '../tensor/grad-mode.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireStrideOne, samePadding } from './same-padding.js';

export type { Reduction } from '../graph/attrs/training.js';
export { type PadMode, type PadOptions, pad } from '../ops/pad.js';
export { type AttentionOptions, scaledDotProductAttention } from './attention.js';
export { type ConvTranspose2dCallOptions, convTranspose2d } from './conv-transpose-call.js';
export * from './functional-gates.js';
export {
  type BCELossOptions,
  type BCEWithLogitsOptions,
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  type CrossEntropyOptions,
  crossEntropy,
  type LossOptions,
  l1Loss,
  mseLoss,
  type NLLLossOptions,
  nllLoss,
  type SmoothL1LossOptions,
  smoothL1Loss,
} from './functional-losses.js';
export { type InterpolateOptions, interpolate } from './interpolate.js';
export { oneHot } from './one-hot.js';

/** y = x·wᵀ + b: x `[…, in]`, weight `[out, in]`, bias `[out]` → `[…, out]`. */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  return linearOp(bias === null ? [x, weight] : [x, weight, bias], {});
}

/** Zeros around an image: as many on each side, none (`'valid'`), or so many that the output is as large (`'same'`). */
export type Padding2d = number | Size2d | 'same' | 'valid';

export interface Conv2dOptions {
  /** @default 1 */
  stride?: number | Size2d;
  /** @default 0 */
  padding?: Padding2d;
  /** Distance between the elements of the kernel. @default 1 */
  dilation?: number | Size2d;
  /** Into how many independent convolutions the channels are split. @default 1 */
  groups?: number;
}

const readConv2d = optionReader<Conv2dOptions>('conv2d', {
  stride: true,
  padding: true,
  dilation: true,
  groups: true,
});

/** 2-D convolution: x `[N, C, H, W]`, weight `[O, C/groups, kH, kW]`, bias `[O]` → `[N, O, H', W']`. */
export function conv2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  ...given: [options?: Conv2dOptions]
): Tensor {
  const options = readConv2d(given);
  const { groups = 1 } = options;
  const stride = pair('conv2d', 'stride', options.stride ?? 1);
  const dilation = pair('conv2d', 'dilation', options.dilation ?? 1);
  const inputs = bias === null ? [x, weight] : [x, weight, bias];
  const wanted = options.padding ?? 0;
  if (wanted !== 'same') {
    const padding = pair('conv2d', 'padding', wanted === 'valid' ? 0 : wanted, 0);
    return conv2dOp(inputs, { stride, padding, dilation, groups });
  }
  requireStrideOne('conv2d', stride);
  const [, , height = 0, width = 0] = x.shape;
  const [, , kH = 1, kW = 1] = weight.shape;
  const padding = samePadding([kH, kW], dilation);
  const y = conv2dOp(inputs, { stride, padding, dilation, groups });
  // Where the padding is odd, the smaller half comes first: the row too many is the first.
  return keepLast(keepLast(y, 2, height), 3, width);
}

function keepLast(y: Tensor, dim: number, size: number): Tensor {
  const extra = (y.shape[dim] ?? size) - size;
  return extra === 0 ? y : y.narrow(dim, extra, size);
}

export interface MaxPool2dOptions {
  /** @default kernelSize */
  stride?: number | Size2d;
  /** @default 0 */
  padding?: number | Size2d;
  /** @default 1 */
  dilation?: number | Size2d;
  /** Whether a window that reaches beyond the image counts. @default false */
  ceilMode?: boolean;
}

const readMaxPool2d = optionReader<MaxPool2dOptions>('maxPool2d', {
  stride: true,
  padding: true,
  dilation: true,
  ceilMode: true,
});

/** The largest value of each window: `[N, C, H, W]` → `[N, C, H', W']`. */
export function maxPool2d(
  x: Tensor,
  kernelSize: number | Size2d,
  ...given: [options?: MaxPool2dOptions]
): Tensor {
  const { stride = kernelSize, padding = 0, dilation = 1, ceilMode = false } = readMaxPool2d(given);
  return maxPool2dOp([x], {
    kernelSize: pair('maxPool2d', 'kernelSize', kernelSize),
    stride: pair('maxPool2d', 'stride', stride),
    padding: pair('maxPool2d', 'padding', padding, 0),
    dilation: pair('maxPool2d', 'dilation', dilation),
    ceilMode,
  });
}

export interface AvgPool2dOptions {
  /** @default kernelSize */
  stride?: number | Size2d;
  /** @default 0 */
  padding?: number | Size2d;
  /** Whether a window that reaches beyond the image counts. @default false */
  ceilMode?: boolean;
  /** Whether the padding's zeros count in the mean. @default true */
  countIncludePad?: boolean;
}

const readAvgPool2d = optionReader<AvgPool2dOptions>('avgPool2d', {
  stride: true,
  padding: true,
  ceilMode: true,
  countIncludePad: true,
});

/** The mean of each window: `[N, C, H, W]` → `[N, C, H', W']`. */
export function avgPool2d(
  x: Tensor,
  kernelSize: number | Size2d,
  ...given: [options?: AvgPool2dOptions]
): Tensor {
  const {
    stride = kernelSize,
    padding = 0,
    ceilMode = false,
    countIncludePad = true,
  } = readAvgPool2d(given);
  return avgPool2dOp([x], {
    kernelSize: pair('avgPool2d', 'kernelSize', kernelSize),
    stride: pair('avgPool2d', 'stride', stride),
    padding: pair('avgPool2d', 'padding', padding, 0),
    ceilMode,
    countIncludePad,
  });
}

/** Averages over as many windows as the output has places: `[N, C, H, W]` → `[N, C, …outputSize]`. */
export function adaptiveAvgPool2d(x: Tensor, outputSize: number | Size2d): Tensor {
  return adaptiveAvgPool2dOp([x], {
    outputSize: pair('adaptiveAvgPool2d', 'outputSize', outputSize),
  });
}

/** Maxima over as many windows as the output has places: `[N, C, H, W]` → `[N, C, …outputSize]`. */
export function adaptiveMaxPool2d(x: Tensor, outputSize: number | Size2d): Tensor {
  return adaptiveMaxPool2dOp([x], {
    outputSize: pair('adaptiveMaxPool2d', 'outputSize', outputSize),
  });
}

export interface BatchNormOptions {
  /** `[C]`; ones when absent. */
  weight?: Tensor | null;
  /** `[C]`; zeros when absent. */
  bias?: Tensor | null;
  /** Normalise by the batch's own statistics, and move the running ones towards them. @default false */
  training?: boolean;
  /** Share of the batch in the running statistics; a 0-d tensor where it changes. @default 0.1 */
  momentum?: number | Tensor;
  /** @default 1e-5 */
  eps?: number;
}

const readBatchNorm = optionReader<BatchNormOptions>('batchNorm', {
  weight: true,
  bias: true,
  training: true,
  momentum: true,
  eps: true,
});

/**
 * Normalises each channel: y = (x − mean) / √(var + eps) · weight + bias, for x `[N, C]`, `[N, C, L]` or `[N, C, H, W]`.
 * `runningMean` and `runningVar` `[C]` are read in evaluation and changed in place in training; null: always the batch's.
 */
export function batchNorm(
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  ...given: [options?: BatchNormOptions]
): Tensor {
  const options = readBatchNorm(given);
  const { training = false, momentum = 0.1, eps = 1e-5 } = options;
  const channels = x.shape.slice(1, 2);
  const weight = options.weight ?? ones(channels, { dtype: x.dtype });
  const bias = options.bias ?? zeros(channels, { dtype: x.dtype });
  if (!training) {
    if (runningMean === null || runningVar === null)
      throw new ValueError(
        'batchNorm',
        'evaluation needs runningMean and runningVar; pass { training: true } to use the batch',
      );
    return batchNormEval([x, weight, bias, runningMean, runningVar], { eps });
  }
  const [y, mean, variance] = operands(batchNormOp.all([x, weight, bias], { eps }));
  const count = x.numel() / (channels[0] ?? 1);
  if (count === 0) return y; // A batch of nothing says nothing.
  noGrad(() => {
    runningMean?.lerp_(mean, momentum);
    runningVar?.lerp_(variance.mul(count / (count - 1)), momentum); // unbiased, as PyTorch keeps it
  });
  return y;
}

/** Normalises over the last dimensions, `normalizedShape`, of each sample; weight and bias have that shape. */
export function layerNorm(
  x: Tensor,
  normalizedShape: Shape,
  weight: Tensor | null = null,
  bias: Tensor | null = null,
  eps = 1e-5,
): Tensor {
  const { dtype } = x;
  const w = weight ?? ones(normalizedShape, { dtype });
  return layerNormOp([x, w, bias ?? zeros(normalizedShape, { dtype })], { normalizedShape, eps });
}

/** Normalises over each of `groups` groups of channels of each sample: x `[N, C, …]`, weight and bias `[C]`. */
export function groupNorm(
  x: Tensor,
  groups: number,
  weight: Tensor | null = null,
  bias: Tensor | null = null,
  eps = 1e-5,
): Tensor {
  const { dtype } = x;
  const channels = x.shape.slice(1, 2);
  const w = weight ?? ones(channels, { dtype });
  return groupNormOp([x, w, bias ?? zeros(channels, { dtype })], { groups, eps });
}

export interface DropoutOptions {
  /** Share of the elements that are dropped, 0–1. @default 0.5 */
  p?: number;
  /** @default true */
  training?: boolean;
}

const readDropout = optionReader<DropoutOptions>('dropout', { p: true, training: true });

/** Sets elements to zero with probability p and divides the others by 1 − p, so that the mean stays. */
export function dropout(x: Tensor, ...given: [options?: DropoutOptions]): Tensor {
  const { p = 0.5, training = true } = readDropout(given);
  return training && p !== 0 ? dropoutOp([x, drawKey()], { p }) : x;
}

/** Drops whole channels of `[N, C, H, W]` as `dropout` drops elements. */
export function dropout2d(x: Tensor, ...given: [options?: DropoutOptions]): Tensor {
  const { p = 0.5, training = true } = readDropout(given, 'dropout2d');
  dims4('dropout2d', 'input', x.shape);
  return training && p !== 0 ? featureDropout([x, drawKey()], { p }) : x;
}

/** max(x, 0). */
export function relu(x: Tensor): Tensor {
  return reluOp([x], {});
}

/** x for x > 0, else slope · x. */
export function leakyRelu(x: Tensor, negativeSlope = 0.01): Tensor {
  return leakyReluOp([x], { slope: negativeSlope });
}

/** 1 / (1 + e⁻ˣ). */
export function sigmoid(x: Tensor): Tensor {
  return sigmoidOp([x], {});
}

/** The hyperbolic tangent. */
export function tanh(x: Tensor): Tensor {
  return tanhOp([x], {});
}

/** x · Φ(x) (https://arxiv.org/abs/1606.08415), exactly or by PyTorch's tanh formula. */
export function gelu(x: Tensor, approximate: 'none' | 'tanh' = 'none'): Tensor {
  requireOneOf('gelu', 'approximate', approximate, ['none', 'tanh']);
  return geluOp([x], { approximate });
}

/** x · sigmoid(x). */
export function silu(x: Tensor): Tensor {
  return siluOp([x], {});
}

/** eˣ / Σeˣ along `dim`. */
export function softmax(x: Tensor, dim: number): Tensor {
  return softmaxOp([x], { dim: normalizeDim('softmax', dim, x.ndim) });
}

/** log softmax(x) along `dim`, computed without overflow. */
export function logSoftmax(x: Tensor, dim: number): Tensor {
  return logSoftmaxOp([x], { dim: normalizeDim('logSoftmax', dim, x.ndim) });
}
