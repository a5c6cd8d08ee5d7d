import { defineUnary } from './kernels/define-unary.js';

/** √x. */
export const sqrt = defineUnary('sqrt', {
  f: Math.sqrt,

  saves: 'outputs',
  backward: (dy, _x, y) => dy.div(y.mul(2)),
});
