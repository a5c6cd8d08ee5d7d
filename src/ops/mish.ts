import { defineBackward } from './kernels/define-backward.js';
import { defineUnary } from './kernels/define-unary.js';
import { sigmoid, softplus } from './kernels/logistic.js';

/** x · tanh(ln(1 + eˣ)) (https://arxiv.org/abs/1908.08681). */
export const mish = defineUnary('mish', {
  f: (x) => x * Math.tanh(softplus(x)),
  backward: (dy, x) => mishBackward([x, dy], {}),
});

/** dy · (t + x · (1 − t²) · σ(x)) with t = tanh(ln(1 + eˣ)), of [x, dy]. */
export const mishBackward = defineBackward('mishBackward', (x, dy) => {
  const t = Math.tanh(softplus(x));
  return dy * (t + x * (1 - t * t) * sigmoid(x));
});
