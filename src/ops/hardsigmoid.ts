import { defineBackward } from './kernels/define-backward.js';
import { defineUnary } from './kernels/define-unary.js';

/** min(max(x + 3, 0), 6) / 6: a sigmoid of straight lines (https://arxiv.org/abs/1511.00363). */
export const hardsigmoid = defineUnary('hardsigmoid', {
  f: (x) => Math.min(Math.max(x + 3, 0), 6) / 6,
  backward: (dy, x) => hardsigmoidBackward([x, dy], {}),
});

/** dy / 6 between −3 and 3, 0 elsewhere, of [x, dy]. */
export const hardsigmoidBackward = defineBackward('hardsigmoidBackward', (x, dy) =>
  x > -3 && x < 3 ? dy / 6 : 0,
);
