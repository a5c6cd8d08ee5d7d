import { defineUnary } from './kernels/define-unary.js';

/** sin x, x in radians. */
export const sin = defineUnary('sin', {
  f: Math.sin,
  backward: (dy, x) => dy.mul(x.cos()),
});
