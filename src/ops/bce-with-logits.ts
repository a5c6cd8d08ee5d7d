import { requireBinaryTargets } from '../core/probabilities.js';
import { numel } from '../core/shape.js';
import { defineOp } from '../tensor/define-op.js';
import { reducedLoss } from './kernels/reduction.js';
import { once } from './once.js';
import { requireExact, requireOneFloat } from './require.js';

/**
 * Binary cross entropy of scores against probabilities t, without overflow: (1 − t)·x + (1 + (w − 1)·t)·log(1 + e⁻ˣ), w
 * the weight of the positive part, 1 where it is left out. x, target and w of one shape → loss `[]` or, for reduction
 * 'none', that shape.
 */
export const bceWithLogits = defineOp('bceWithLogits', {
  saves: 'inputs',
  infer(inputs, { reduction }) {
    const [x, target] = inputs;
    const posWeight = inputs.at(2);
    const dtype = requireOneFloat('bceWithLogits', { input: x, target, posWeight });
    requireExact('bceWithLogits', 'target', target, x.shape, 'the shape of the input');
    requireExact('bceWithLogits', 'posWeight', posWeight, x.shape, 'the shape of the input');
    return [{ shape: reducedLoss(x.shape, reduction), dtype }];
  },

  backward(dy, inputs, { reduction }) {
    const [x, target] = inputs;
    const posWeight = inputs.at(2);
    const single = once(() => (reduction === 'mean' ? dy.mul(1 / numel(x.shape)) : dy));
    if (posWeight === undefined)
      return [() => x.sigmoid().sub(target).mul(single()), () => x.neg().mul(single())];
    const more = once(() => posWeight.sub(1));
    const softplus = once(() => x.neg().softplus());
    return [
      () => {
        const positive = more().mul(target).add(1).mul(x.neg().sigmoid());
        return target.neg().add(1).sub(positive).mul(single());
      },
      () => more().mul(softplus()).sub(x).mul(single()),
      () => target.mul(softplus()).mul(single()),
    ];
  },

  reference(inputs, [loss], { reduction }) {
    const [x, target] = inputs;
    const posWeight = inputs.at(2);
    requireBinaryTargets('binaryCrossEntropyWithLogits', target.data);
    const n = x.data.length;
    let total = 0;
    for (let i = 0; i < n; i++) {
      const score = x.data[i] as number;
      const t = target.data[i] as number;
      const w = (posWeight?.data[i] ?? 1) as number;
      const softplus = Math.log1p(Math.exp(-Math.abs(score)));
      // Of log(1 + e⁻ˣ) = max(−x, 0) + softplus, −x and (1 − t)·x are one number: their difference loses nothing.
      const linear = score > 0 ? (1 - t) * score : -t * w * score;
      const single = linear + (1 + (w - 1) * t) * softplus;
      if (reduction === 'none') loss.data[i] = single;
      total += single;
    }
    if (reduction !== 'none') loss.data[0] = reduction === 'mean' ? total / n : total;
  },
});
