import { defineUnary } from './kernels/define-unary.js';

/** eˣ. */
export const exp = defineUnary('exp', {
  f: Math.exp,
  saves: 'outputs',
  backward: (dy, _x, y) => dy.mul(y),
});
