import { defineBackward } from './kernels/define-backward.js';
import { defineUnary } from './kernels/define-unary.js';

/** σ(x) = 1 / (1 + e⁻ˣ). */
export const sigmoid = defineUnary('sigmoid', {
  f: (x) => 1 / (1 + Math.exp(-x)),

  saves: 'outputs',

  backward: (dy, _x, y) => sigmoidBackward([y, dy], {}),
});

/** dy · y · (1 − y), of [y, dy]. */
export const sigmoidBackward = defineBackward('sigmoidBackward', (y, dy) => dy * y * (1 - y));
