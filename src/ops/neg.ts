import { defineUnary } from './kernels/define-unary.js';

/** −x. */
export const neg = defineUnary('neg', {
  f: (x) => -x,
  integers: true,
  saves: 'none',
  backward: (dy) => dy.neg(),
});
