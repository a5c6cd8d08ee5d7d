import { defineUnary } from './kernels/define-unary.js';

/** cos x, x in radians. */
export const cos = defineUnary('cos', {
  f: Math.cos,
  backward: (dy, x) => dy.mul(x.sin()).neg(),
});
