import { defineBackward } from './kernels/define-backward.js';
import { defineUnary } from './kernels/define-unary.js';

/** max(x, 0); its gradient at 0 is 0. */
export const relu = defineUnary('relu', {
  f: (x) => Math.max(x, 0), // NaN stays NaN
  integers: true,
  saves: 'outputs',
  backward: (dy, _x, y) => reluBackward([y, dy], {}),
});

/** dy where y > 0, 0 elsewhere, of [y, dy]. */
export const reluBackward = defineBackward('reluBackward', (y, dy) => (y <= 0 ? 0 : dy));
