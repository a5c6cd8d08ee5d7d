/** Losses as functions; `losses.ts` has them as modules. */
import { isFloat } from '../core/dtype.js';
import { ShapeError, ValueError } from '../core/errors.js';
import { formatShape, sameShape } from '../core/shape.js';
import { bceWithLogits } from '../ops/bce-with-logits.js';
import { crossEntropy as crossEntropyOp } from '../ops/cross-entropy.js';
import type { Reduction } from '../ops/kernels/reduction.js';
import { nllLoss as nllLossOp } from '../ops/nll-loss.js';
import { onesLike } from '../tensor/creation.js';
import type { Tensor } from '../tensor/tensor.js';

export type { Reduction };

export interface LossOptions {
  /** @default 'mean' */
  reduction?: Reduction;
}

export interface NLLLossOptions extends LossOptions {
  /** Weight of each class, `[K]`. */
  weight?: Tensor | null;
  /** Label whose elements do not count. @default -100 */
  ignoreIndex?: number;
}

export interface CrossEntropyOptions extends NLLLossOptions {
  /** Share of the target that is spread over all classes, 0–1. @default 0 */
  labelSmoothing?: number;
}

/**
 * Cross entropy of logits `[N, K, …]` (or `[K]`) and labels `[N, …]` of whole numbers, or class probabilities of the
 * logits' shape. The mean is weighted by the labels' class weights.
 */
export function crossEntropy(
  logits: Tensor,
  target: Tensor,
  options: CrossEntropyOptions = {},
): Tensor {
  const { weight, reduction = 'mean', ignoreIndex = -100, labelSmoothing = 0 } = options;
  return batched(logits, labels(target), reduction, (x, y) =>
    crossEntropyOp(withWeight(x, y, weight), { reduction, ignoreIndex, labelSmoothing }),
  );
}

/** Negative log likelihood: log probabilities `[N, K, …]` (or `[K]`) and labels `[N, …]`. */
export function nllLoss(logp: Tensor, target: Tensor, options: NLLLossOptions = {}): Tensor {
  const { weight, reduction = 'mean', ignoreIndex = -100 } = options;
  return batched(logp, labels(target), reduction, (x, y) =>
    nllLossOp(withWeight(x, y, weight), { reduction, ignoreIndex }),
  );
}

function withWeight(x: Tensor, target: Tensor, weight: Tensor | null | undefined): Tensor[] {
  return weight == null ? [x, target] : [x, target, weight];
}

function labels(target: Tensor): Tensor {
  return isFloat(target.dtype) ? target : target.to('int32');
}

/** A single sample `[K]` becomes a batch of one. */
function batched(
  x: Tensor,
  target: Tensor,
  reduction: Reduction,
  loss: (x: Tensor, target: Tensor) => Tensor,
): Tensor {
  if (x.ndim !== 1) return loss(x, target);
  const y = loss(x.reshape([1, ...x.shape]), target.reshape([1, ...target.shape]));
  return reduction === 'none' ? y.reshape([]) : y;
}

export interface BCELossOptions extends LossOptions {
  /** Factor of each element's loss; broadcasts. */
  weight?: Tensor | null;
}

export interface BCEWithLogitsOptions extends BCELossOptions {
  /** Factor of the positive part, one for each class (the last dimension). */
  posWeight?: Tensor | null;
}

/** Below the least positive float32: a log of it is below −100. */
const tiny = 1e-44;

/** Binary cross entropy of probabilities: −[t·log p + (1 − t)·log(1 − p)], each log at least −100. Shapes must agree. */
export function binaryCrossEntropy(
  input: Tensor,
  target: Tensor,
  { weight, reduction = 'mean' }: BCELossOptions = {},
): Tensor {
  requireSameShape('binaryCrossEntropy', input, target);
  const log = (p: Tensor) => p.clamp(tiny, null).log().clamp(-100, null);
  const negative = target.neg().add(1);
  const loss = target
    .mul(log(input))
    .add(negative.mul(log(input.neg().add(1))))
    .neg();
  return reduce(weight == null ? loss : loss.mul(weight), reduction);
}

/**
 * Binary cross entropy of logits: (1 − t)·x + (1 + (posWeight − 1)·t) · log(1 + e⁻ˣ), without overflow. Shapes must agree.
 */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  { weight, posWeight, reduction = 'mean' }: BCEWithLogitsOptions = {},
): Tensor {
  requireSameShape('binaryCrossEntropyWithLogits', input, target);
  if (weight == null && posWeight == null) return bceWithLogits([input, target], { reduction });
  let loss: Tensor;
  if (posWeight == null) loss = bceWithLogits([input, target], { reduction: 'none' });
  else {
    const softplus = bceWithLogits([input, onesLike(input)], { reduction: 'none' }); // log(1 + e⁻ˣ)
    const factor = posWeight.sub(1).mul(target).add(1);
    loss = target.neg().add(1).mul(input).add(factor.mul(softplus));
  }
  return reduce(weight == null ? loss : loss.mul(weight), reduction);
}

/** (x − t)². Shapes must agree. */
export function mseLoss(
  input: Tensor,
  target: Tensor,
  { reduction = 'mean' }: LossOptions = {},
): Tensor {
  requireSameShape('mseLoss', input, target);
  return reduce(input.sub(target).square(), reduction);
}

/** |x − t|. Shapes must agree. */
export function l1Loss(
  input: Tensor,
  target: Tensor,
  { reduction = 'mean' }: LossOptions = {},
): Tensor {
  requireSameShape('l1Loss', input, target);
  return reduce(input.sub(target).abs(), reduction);
}

export interface SmoothL1LossOptions extends LossOptions {
  /** Where the parabola becomes a line. @default 1 */
  beta?: number;
}

/** ½d²/beta for d = |x − t| < beta, else d − ½beta. Shapes must agree. */
export function smoothL1Loss(
  input: Tensor,
  target: Tensor,
  { beta = 1, reduction = 'mean' }: SmoothL1LossOptions = {},
): Tensor {
  requireSameShape('smoothL1Loss', input, target);
  if (!(beta >= 0)) throw new ValueError('smoothL1Loss', `beta=${beta} must be ≥ 0`);
  if (beta === 0) return l1Loss(input, target, { reduction });
  const distance = input.sub(target).abs();
  const bounded = distance.clamp(null, beta);
  // With c = min(d, beta), both branches are c·(d − c/2) / beta.
  return reduce(bounded.mul(distance.sub(bounded.mul(0.5))).div(beta), reduction);
}

function reduce(loss: Tensor, reduction: Reduction): Tensor {
  if (reduction === 'none') return loss;
  return reduction === 'sum' ? loss.sum() : loss.mean();
}

function requireSameShape(subject: string, input: Tensor, target: Tensor): void {
  if (!sameShape(input.shape, target.shape))
    throw new ShapeError(
      subject,
      `target ${formatShape(target.shape)} must have the input's shape ${formatShape(input.shape)}; reshape one of them`,
    );
}
