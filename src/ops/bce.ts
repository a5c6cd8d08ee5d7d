import { requireBinaryTargets, requireProbabilities } from '../core/probabilities.js';
import { numel } from '../core/shape.js';
import { defineOp } from '../tensor/define-op.js';
import { reducedLoss } from './kernels/reduction.js';
import { once } from './once.js';
import { requireExact, requireOneFloat } from './require.js';

/** What p·(1 − p) is at least in the gradient, as in PyTorch: it stays finite where p is 0 or 1. */
const least = 1e-12;

/**
 * Binary cross entropy of probabilities p against t: −[t·log p + (1 − t)·log(1 − p)], each log at least −100. The
 * gradient is (p − t) / (p·(1 − p)). Input and target of one shape → loss `[]` or, for reduction 'none', that shape.
 */
export const bce = defineOp('bce', {
  saves: 'inputs',
  infer([p, target], { reduction }) {
    const dtype = requireOneFloat('bce', { input: p, target });
    requireExact('bce', 'target', target, p.shape, 'the shape of the input');
    return [{ shape: reducedLoss(p.shape, reduction), dtype }];
  },

  backward(dy, [p, target], { reduction }) {
    const single = once(() => (reduction === 'mean' ? dy.mul(1 / numel(p.shape)) : dy));
    const rest = once(() => p.neg().add(1));
    return [
      () => p.sub(target).div(p.mul(rest()).clamp(least)).mul(single()),
      () => rest().log().clamp(-100).sub(p.log().clamp(-100)).mul(single()),
    ];
  },

  reference([p, target], [loss], { reduction }) {
    requireProbabilities(p.data);
    requireBinaryTargets('binaryCrossEntropy', target.data);
    const n = p.data.length;
    let total = 0;
    for (let i = 0; i < n; i++) {
      const x = p.data[i] as number;
      const t = target.data[i] as number;
      const single = -(t * Math.max(Math.log(x), -100) + (1 - t) * Math.max(Math.log1p(-x), -100));
      if (reduction === 'none') loss.data[i] = single;
      total += single;
    }
    if (reduction !== 'none') loss.data[0] = reduction === 'mean' ? total / n : total;
  },
});
