import { defineUnary } from './kernels/define-unary.js';

/** x². */
export const square = defineUnary('square', {
  f: (x) => x * x,
  integers: true,
  saves: 'inputs',
  backward: (dy, x) => dy.mul(x).mul(2),
});
