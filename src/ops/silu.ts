import { defineBackward } from './kernels/define-backward.js';
import { defineUnary } from './kernels/define-unary.js';

/** x · σ(x), also called swish (https://arxiv.org/abs/1702.03118). */
export const silu = defineUnary('silu', {
  f: (x) => x / (1 + Math.exp(-x)),

  saves: 'inputs',

  backward: (dy, x) => siluBackward([x, dy], {}),
});

/** dy · σ(x) · (1 + x · (1 − σ(x))), of [x, dy]. */
export const siluBackward = defineBackward('siluBackward', (x, dy) => {
  const sigmoid = 1 / (1 + Math.exp(-x));
  return dy * sigmoid * (1 + x * (1 - sigmoid));
});
