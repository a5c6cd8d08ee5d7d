import { defineBackward } from './kernels/define-backward.js';
import { defineUnary } from './kernels/define-unary.js';

/** tanh x. */
export const tanh = defineUnary('tanh', {
  f: Math.tanh,

  saves: 'outputs',

  backward: (dy, _x, y) => tanhBackward([y, dy], {}),
});

/** dy · (1 − y²), of [y, dy]. */
export const tanhBackward = defineBackward('tanhBackward', (y, dy) => dy * (1 - y * y));
