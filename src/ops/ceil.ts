import { defineUnary } from './kernels/define-unary.js';

/** ⌈x⌉: the smallest whole number that is not below x. Its gradient is 0 everywhere. */
export const ceil = defineUnary('ceil', {
  f: Math.ceil,
  integers: true,
  saves: 'none',
  backward: (dy) => dy.mul(0),
});
