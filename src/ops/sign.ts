import { defineUnary } from './kernels/define-unary.js';

/** −1, 0 or 1: the sign of x. Its gradient is 0 everywhere. */
export const sign = defineUnary('sign', {
  f: Math.sign,
  integers: true,
  saves: 'none',
  backward: (dy) => dy.mul(0),
});
