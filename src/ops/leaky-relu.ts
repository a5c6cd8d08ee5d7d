import { defineBackward } from './kernels/define-backward.js';
import { defineUnary } from './kernels/define-unary.js';

/** x where x > 0, slope · x elsewhere. */
export const leakyRelu = defineUnary('leakyRelu', {
  f: (x, { slope }) => (x > 0 ? x : slope * x),

  saves: 'inputs',

  backward: (dy, x, _y, attrs) => leakyReluBackward([x, dy], attrs),
});

/** dy where x > 0, slope · dy elsewhere, of [x, dy]. */
export const leakyReluBackward = defineBackward('leakyReluBackward', (x, dy, { slope }) =>
  x > 0 ? dy : slope * dy,
);
