import { defineUnary } from './kernels/define-unary.js';

/** |x|; its gradient at 0 is 0. */
export const abs = defineUnary('abs', {
  f: Math.abs,
  integers: true,
  saves: 'inputs',
  backward: (dy, x) => dy.mul(x.sign()),
});
