import { defineBackward } from './kernels/define-backward.js';
import { defineUnary } from './kernels/define-unary.js';
import { sigmoid, softplus as softplusOf } from './kernels/logistic.js';

/** ln(1 + e^(beta·x)) / beta, a smooth max(x, 0); x where beta · x is above the threshold. */
export const softplus = defineUnary('softplus', {
  f: (x, { beta, threshold }) => (x * beta > threshold ? x : softplusOf(x * beta) / beta),
  backward: (dy, x, _y, attrs) => softplusBackward([x, dy], attrs),
});

/** dy · σ(beta · x), dy above the threshold, of [x, dy]. */
export const softplusBackward = defineBackward('softplusBackward', (x, dy, { beta, threshold }) =>
  x * beta > threshold ? dy : dy * sigmoid(x * beta),
);
