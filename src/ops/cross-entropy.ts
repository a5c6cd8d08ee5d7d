import { isFloat } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import { requireLabels } from '../core/labels.js';
import { formatShape } from '../core/shape.js';
import type { CrossEntropyAttrs } from '../graph/attrs/training.js';
import type { NdArray } from '../graph/op.js';
import { defineOp } from '../tensor/define-op.js';
import {
  labelShape,
  placeStart,
  requireClassification,
  type Scores,
  scoresOf,
  totalWeight,
} from './kernels/classification.js';
import { linesAlong } from './kernels/lines.js';
import { logSoftmaxLines } from './kernels/log-softmax-lines.js';
import { reducedLoss } from './kernels/reduction.js';
import { requireExact, requireOneFloat, typeOf } from './require.js';

/**
 * Cross entropy of class scores against targets: with q the target's distribution (1 at the label), smoothed to
 * q ← (1 − ε)·q + ε/K, the loss of a place is −Σ_k w_k · q_k · log softmax(logits)_k.
 *
 * logits `[N, K, …]`; target: labels `[N, …]` (int32) or probabilities `[N, K, …]`; class weights `[K]` (may be left
 * out) → loss `[]` or, for reduction 'none', `[N, …]`; log-probabilities `[N, K, …]`. The mean divides by the weights of
 * the labels; for probabilities, by the number of places.
 */
export const crossEntropy = defineOp('crossEntropy', {
  infer(inputs, { reduction, labelSmoothing }) {
    const [logits, target] = inputs;
    const weight = inputs.at(2);
    if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
      throw new ValueError('crossEntropy', `labelSmoothing=${labelSmoothing} must be from 0 to 1`);
    if (isFloat(target.dtype)) {
      requireOneFloat('crossEntropy', { logits, target });
      const labels = { shape: labelShape(logits.shape), dtype: 'int32' } as const;
      requireClassification('crossEntropy', 'logits', logits, labels, weight);
      requireExact(
        'crossEntropy',
        'target',
        target,
        logits.shape,
        `one probability for each of logits ${formatShape(logits.shape)}; labels must be int32`,
      );
    } else requireClassification('crossEntropy', 'logits', logits, target, weight);
    const shape = reducedLoss(labelShape(logits.shape), reduction);
    return [{ shape, dtype: logits.dtype }, typeOf(logits)];
  },

  backward(dy, inputs, attrs, [, logProbabilities]) {
    const [, target] = inputs;
    const rest = inputs.slice(2);
    return [
      () => crossEntropyBackward([dy, logProbabilities, target, ...rest], attrs),
      () => {
        const [n = 0, k = 0, ...others] = target.shape;
        const { places } = scoresOf(target.shape);
        const single = attrs.reduction === 'none' ? dy.reshape([n, 1, ...others]) : dy;
        const scale = (attrs.labelSmoothing - 1) / (attrs.reduction === 'mean' ? places : 1);
        const grad = logProbabilities.mul(single).mul(scale);
        const weight = rest[0]?.reshape([k, ...others.map(() => 1)]);
        return weight === undefined ? grad : grad.mul(weight);
      },
    ];
  },

  reference(inputs, [loss, logProbabilities], attrs) {
    const [logits, target] = inputs;
    const weight = inputs.at(2);
    const scores = scoresOf(logits.shape);
    const { classes, inner, places } = scores;
    if (target.dtype === 'int32')
      requireLabels('crossEntropy', target.data, classes, attrs.ignoreIndex);
    const exact = new Float64Array(logits.data.length);
    logSoftmaxLines(logits.data, exact, linesAlong(logits.shape, 1));
    logProbabilities.data.set(exact);

    const parts = new Float64Array(classes);
    let total = 0;
    for (let place = 0; place < places; place++) {
      targetParts(parts, place, scores, target, weight, attrs);
      const start = placeStart(scores, place);
      let sum = 0;
      for (let k = 0; k < classes; k++) {
        const part = parts[k] as number;
        if (part !== 0) sum -= part * (exact[start + k * inner] as number);
      }
      if (attrs.reduction === 'none') loss.data[place] = sum;
      total += sum;
    }
    if (attrs.reduction !== 'none') loss.data[0] = total / divisor(scores, target, weight, attrs);
  },
});

/**
 * The gradient of `crossEntropy`'s logits: dy (as the loss), log-probabilities, target, weight → `[N, K, …]`.
 * With a_k = w_k · q_k: dlogits_k = dy · (softmax_k · Σ a − a_k), over the mean's divisor.
 */
export const crossEntropyBackward = defineOp('crossEntropyBackward', {
  infer: ([, logProbabilities]) => [typeOf(logProbabilities)],

  reference(inputs, [dlogits], attrs) {
    const [dy, logProbabilities, target] = inputs;
    const weight = inputs.at(3);
    const scores = scoresOf(logProbabilities.shape);
    const { classes, inner, places } = scores;
    const scale = 1 / divisor(scores, target, weight, attrs);
    const parts = new Float64Array(classes);
    for (let place = 0; place < places; place++) {
      const gradient = (dy.data[attrs.reduction === 'none' ? place : 0] as number) * scale;
      const sum = targetParts(parts, place, scores, target, weight, attrs);
      const start = placeStart(scores, place);
      for (let k = 0; k < classes; k++) {
        const at = start + k * inner;
        const probability = Math.exp(logProbabilities.data[at] as number);
        // An ignored place has no gradient even where dy / 0 is NaN.
        dlogits.data[at] = sum === 0 ? 0 : gradient * (probability * sum - (parts[k] as number));
      }
    }
  },
});

/** Writes w_k · q_k of one place for each class; returns their sum: 0 for an ignored place. */
function targetParts(
  parts: Float64Array,
  place: number,
  scores: Scores,
  target: NdArray,
  weight: NdArray | undefined,
  { ignoreIndex, labelSmoothing }: CrossEntropyAttrs,
): number {
  const { classes, inner } = scores;
  const labels = target.dtype === 'int32';
  const label = labels ? (target.data[place] as number) : -1;
  if (labels && label === ignoreIndex) {
    parts.fill(0);
    return 0;
  }
  const start = placeStart(scores, place);
  let sum = 0;
  for (let k = 0; k < classes; k++) {
    const given = labels ? (k === label ? 1 : 0) : (target.data[start + k * inner] as number);
    const smoothed = given * (1 - labelSmoothing) + labelSmoothing / classes;
    // Weights of classes that have no part in the target are not looked at.
    const part =
      weight === undefined || smoothed === 0 ? smoothed : smoothed * (weight.data[k] as number);
    parts[k] = part;
    sum += part;
  }
  return sum;
}

function divisor(
  { places }: Scores,
  target: NdArray,
  weight: NdArray | undefined,
  { reduction, ignoreIndex }: CrossEntropyAttrs,
): number {
  if (reduction !== 'mean') return 1;
  return target.dtype === 'int32' ? totalWeight(target, weight, ignoreIndex) : places;
}
