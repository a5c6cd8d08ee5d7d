/** Losses as functions; `losses.ts` has them as modules. */
import { isFloat } from '../core/dtype.js';
import { ShapeError, ValueError } from '../core/errors.js';
import { type OptionNames, optionReader, requireOneOf } from '../core/options.js';
import { show } from '../core/outside-text.js';
import { formatShape, sameShape } from '../core/shape.js';
import type { Reduction } from '../graph/attrs/training.js';
import { bce } from '../ops/bce.js';
import { bceWithLogits } from '../ops/bce-with-logits.js';
import { crossEntropy as crossEntropyOp } from '../ops/cross-entropy.js';
import { nllLoss as nllLossOp } from '../ops/nll-loss.js';
import { Tensor } from '../tensor/tensor.js';

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

const lossNames: OptionNames<LossOptions> = { reduction: true };
const nllNames: OptionNames<NLLLossOptions> = { weight: true, ignoreIndex: true, ...lossNames };
const readNLL = optionReader<NLLLossOptions>('nllLoss', nllNames);
const readCrossEntropy = optionReader<CrossEntropyOptions>('crossEntropy', {
  ...nllNames,
  labelSmoothing: true,
});

/**
 * Cross entropy of logits `[N, K, …]` (or `[K]`) and labels `[N, …]` of whole numbers, or class probabilities of the
 * logits' shape. The mean is weighted by the labels' class weights.
 */
export function crossEntropy(
  logits: Tensor,
  target: Tensor,
  ...given: [options?: CrossEntropyOptions]
): Tensor {
  const options = readCrossEntropy(given);
  const { weight, reduction = 'mean', ignoreIndex = -100, labelSmoothing = 0 } = options;
  requireReduction('crossEntropy', reduction);
  return batched(logits, labels('crossEntropy', target), reduction, (x, y) =>
    crossEntropyOp(withWeight(x, y, weight), { reduction, ignoreIndex, labelSmoothing }),
  );
}

/** Negative log likelihood: log probabilities `[N, K, …]` (or `[K]`) and labels `[N, …]`. */
export function nllLoss(
  logp: Tensor,
  target: Tensor,
  ...given: [options?: NLLLossOptions]
): Tensor {
  const { weight, reduction = 'mean', ignoreIndex = -100 } = readNLL(given);
  requireReduction('nllLoss', reduction);
  return batched(logp, labels('nllLoss', target), reduction, (x, y) =>
    nllLossOp(withWeight(x, y, weight), { reduction, ignoreIndex }),
  );
}

function withWeight(x: Tensor, target: Tensor, weight: Tensor | null | undefined): Tensor[] {
  return weight == null ? [x, target] : [x, target, weight];
}

function labels(subject: string, target: Tensor): Tensor {
  if (!(target instanceof Tensor))
    throw new ValueError(
      subject,
      `target=${show(target)} must be a tensor: tensor([2, 0], { dtype: 'int32' })`,
    );
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

const bceNames: OptionNames<BCELossOptions> = { weight: true, ...lossNames };
const readBCE = optionReader<BCELossOptions>('binaryCrossEntropy', bceNames);
const readBCEWithLogits = optionReader<BCEWithLogitsOptions>('binaryCrossEntropyWithLogits', {
  ...bceNames,
  posWeight: true,
});

/**
 * Binary cross entropy of probabilities: −[t·log p + (1 − t)·log(1 − p)], each log at least −100. Shapes must agree.
 *
 * @throws ValueError where an input or a target is not from 0 to 1
 */
export function binaryCrossEntropy(
  input: Tensor,
  target: Tensor,
  ...given: [options?: BCELossOptions]
): Tensor {
  const { weight, reduction = 'mean' } = readBCE(given);
  requireReduction('binaryCrossEntropy', reduction);
  requireSameShape('binaryCrossEntropy', input, target);
  if (weight == null) return bce([input, target], { reduction });
  return reduce(bce([input, target], { reduction: 'none' }).mul(weight), reduction);
}

/**
 * Binary cross entropy of logits: (1 − t)·x + (1 + (posWeight − 1)·t) · log(1 + e⁻ˣ), without overflow. Shapes must agree.
 *
 * @throws ValueError where a target is not from 0 to 1
 */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  ...given: [options?: BCEWithLogitsOptions]
): Tensor {
  const { weight, posWeight, reduction = 'mean' } = readBCEWithLogits(given);
  requireReduction('binaryCrossEntropyWithLogits', reduction);
  requireSameShape('binaryCrossEntropyWithLogits', input, target);
  const inputs = [input, target, ...(posWeight == null ? [] : [posWeight.expand(input.shape)])];
  if (weight == null) return bceWithLogits(inputs, { reduction });
  return reduce(bceWithLogits(inputs, { reduction: 'none' }).mul(weight), reduction);
}

const readLoss = optionReader<LossOptions>('mseLoss', lossNames);

/** (x − t)². Shapes must agree. */
export function mseLoss(input: Tensor, target: Tensor, ...given: [options?: LossOptions]): Tensor {
  const { reduction = 'mean' } = readLoss(given);
  requireReduction('mseLoss', reduction);
  requireSameShape('mseLoss', input, target);
  return reduce(input.sub(target).square(), reduction);
}

/** |x − t|. Shapes must agree. */
export function l1Loss(input: Tensor, target: Tensor, ...given: [options?: LossOptions]): Tensor {
  const { reduction = 'mean' } = readLoss(given, 'l1Loss');
  requireReduction('l1Loss', reduction);
  requireSameShape('l1Loss', input, target);
  return reduce(input.sub(target).abs(), reduction);
}

export interface SmoothL1LossOptions extends LossOptions {
  /** Where the parabola becomes a line. @default 1 */
  beta?: number;
}

const readSmoothL1 = optionReader<SmoothL1LossOptions>('smoothL1Loss', {
  ...lossNames,
  beta: true,
});

/** ½d²/beta for d = |x − t| < beta, else d − ½beta. Shapes must agree. */
export function smoothL1Loss(
  input: Tensor,
  target: Tensor,
  ...given: [options?: SmoothL1LossOptions]
): Tensor {
  const { beta = 1, reduction = 'mean' } = readSmoothL1(given);
  requireReduction('smoothL1Loss', reduction);
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

function requireReduction(subject: string, reduction: Reduction): void {
  requireOneOf(subject, 'reduction', reduction, ['none', 'mean', 'sum']);
}

function requireSameShape(subject: string, input: Tensor, target: Tensor): void {
  if (!sameShape(input.shape, target.shape))
    throw new ShapeError(
      subject,
      `target ${formatShape(target.shape)} must have the input's shape ${formatShape(input.shape)}; reshape one of them`,
    );
}
