import { defineBackward } from './kernels/define-backward.js';
import { defineUnary } from './kernels/define-unary.js';

/** max(x, 0); its gradient at 0 is 0. */
export const relu = defineUnary('relu', {
  loop(x, y) {
    for (let i = 0; i < y.length; i++) y[i] = Math.max(x[i] as number, 0); // NaN stays NaN
  },
  integers: true,
  saves: 'outputs',
  backward: (dy, _x, y) => reluBackward([y, dy], {}),
});

/** dy where y > 0, 0 elsewhere, of [y, dy]. */
export const reluBackward = defineBackward('reluBackward', {
  loop(y, dy, dx) {
    for (let i = 0; i < dx.length; i++) dx[i] = (y[i] as number) <= 0 ? 0 : (dy[i] as number);
  },
});
