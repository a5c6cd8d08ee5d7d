import { defineUnary } from './kernels/define-unary.js';

/** The natural logarithm. */
export const log = defineUnary('log', {
  f: Math.log,

  saves: 'inputs',
  backward: (dy, x) => dy.div(x),
});
