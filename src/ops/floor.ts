import { defineUnary } from './kernels/define-unary.js';

/** ⌊x⌋: the largest whole number that is not above x. Its gradient is 0 everywhere. */
export const floor = defineUnary('floor', {
  f: Math.floor,
  integers: true,
  saves: 'none',
  backward: (dy) => dy.mul(0),
});
