import { defineBackward } from './kernels/define-backward.js';
import { defineUnary } from './kernels/define-unary.js';

/** x where it is positive, alpha · (eˣ − 1) elsewhere (https://arxiv.org/abs/1511.07289). */
export const elu = defineUnary('elu', {
  f: (x, { alpha }) => (x > 0 ? x : alpha * Math.expm1(x)),
  backward: (dy, x, _y, attrs) => eluBackward([x, dy], attrs),
});

/** dy where x is positive, dy · alpha · eˣ elsewhere, of [x, dy]. */
export const eluBackward = defineBackward('eluBackward', (x, dy, { alpha }) =>
  x > 0 ? dy : dy * alpha * Math.exp(x),
);
