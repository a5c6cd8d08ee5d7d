import { numel } from '../core/shape.js';
import { defineOp } from '../tensor/define-op.js';
import { type Reduction, reducedLoss } from './kernels/reduction.js';
import { once } from './once.js';
import { requireExact, requireOneFloat } from './require.js';

/**
 * Binary cross entropy of scores against probabilities t, without overflow: max(x, 0) − x·t + log(1 + e^(−|x|)).
 * x and target of one shape → loss `[]` or, for reduction 'none', that shape.
 */
export const bceWithLogits = defineOp<{ readonly reduction: Reduction }>('bceWithLogits', {
  saves: 'inputs',
  infer([x, target], { reduction }) {
    const dtype = requireOneFloat('bceWithLogits', { input: x, target });
    requireExact('bceWithLogits', 'target', target, x.shape, 'the shape of the input');
    return [{ shape: reducedLoss(x.shape, reduction), dtype }];
  },

  backward(dy, [x, target], { reduction }) {
    const single = once(() => (reduction === 'mean' ? dy.mul(1 / numel(x.shape)) : dy));
    return [() => x.sigmoid().sub(target).mul(single()), () => x.neg().mul(single())];
  },

  reference([x, target], [loss], { reduction }) {
    const n = x.data.length;
    let total = 0;
    for (let i = 0; i < n; i++) {
      const score = x.data[i] as number;
      const single =
        Math.max(score, 0) -
        score * (target.data[i] as number) +
        Math.log1p(Math.exp(-Math.abs(score)));
      if (reduction === 'none') loss.data[i] = single;
      total += single;
    }
    if (reduction !== 'none') loss.data[0] = reduction === 'mean' ? total / n : total;
  },
});
