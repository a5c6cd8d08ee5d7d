import { requireLabels } from '../core/labels.js';
import { defineOp } from '../tensor/define-op.js';
import {
  labelShape,
  placeStart,
  requireClassification,
  scoresOf,
  totalWeight,
} from './kernels/classification.js';
import { reducedLoss } from './kernels/reduction.js';

/**
 * Negative log likelihood: the loss of a place is −w_t · logp_t for its label t.
 *
 * logp `[N, K, …]`, labels `[N, …]` (int32), class weights `[K]` (may be left out) → `[]` or, for reduction 'none',
 * `[N, …]`. The mean divides by the weights of the labels.
 */
export const nllLoss = defineOp('nllLoss', {
  saves: 'inputs',
  infer(inputs, { reduction }) {
    const [logp, target] = inputs;
    requireClassification('nllLoss', 'input', logp, target, inputs.at(2));
    return [{ shape: reducedLoss(labelShape(logp.shape), reduction), dtype: logp.dtype }];
  },

  backward(dy, inputs, attrs) {
    const [logp, ...rest] = inputs;
    return [() => nllLossBackward([dy, ...rest], { ...attrs, shape: logp.shape })];
  },

  reference(inputs, [loss], { reduction, ignoreIndex }) {
    const [logp, target] = inputs;
    const weight = inputs.at(2);
    const scores = scoresOf(logp.shape);
    requireLabels('nllLoss', target.data, scores.classes, ignoreIndex);
    let total = 0;
    for (let place = 0; place < scores.places; place++) {
      const label = target.data[place] as number;
      let single = 0;
      if (label !== ignoreIndex) {
        const at = placeStart(scores, place) + label * scores.inner;
        single = -(logp.data[at] as number) * ((weight?.data[label] ?? 1) as number);
      }
      if (reduction === 'none') loss.data[place] = single;
      total += single;
    }
    if (reduction === 'mean') total /= totalWeight(target, weight, ignoreIndex);
    if (reduction !== 'none') loss.data[0] = total;
  },
});

/** The gradient of `nllLoss`: dy (as the loss), labels, weight → dlogp of `shape` `[N, K, …]`. */
export const nllLossBackward = defineOp('nllLossBackward', {
  infer: ([dy], { shape }) => [{ shape, dtype: dy.dtype }],

  reference(inputs, [dlogp], { reduction, ignoreIndex, shape }) {
    const [dy, target] = inputs;
    const weight = inputs.at(2);
    const scores = scoresOf(shape);
    const count = reduction === 'mean' ? totalWeight(target, weight, ignoreIndex) : 1;
    dlogp.data.fill(0);
    for (let place = 0; place < scores.places; place++) {
      const label = target.data[place] as number;
      if (label === ignoreIndex) continue;
      const at = placeStart(scores, place) + label * scores.inner;
      const gradient = dy.data[reduction === 'none' ? place : 0] as number;
      dlogp.data[at] = (-gradient * ((weight?.data[label] ?? 1) as number)) / count;
    }
  },
});
