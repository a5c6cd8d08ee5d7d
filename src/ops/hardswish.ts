import { defineBackward } from './kernels/define-backward.js';
import { defineUnary } from './kernels/define-unary.js';

/** x · min(max(x + 3, 0), 6) / 6 (MobileNetV3, https://arxiv.org/abs/1905.02244). */
export const hardswish = defineUnary('hardswish', {
  f: (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
  backward: (dy, x) => hardswishBackward([x, dy], {}),
});

/** dy · (0 below −3, 1 above 3, x/3 + ½ between), of [x, dy]. */
export const hardswishBackward = defineBackward('hardswishBackward', (x, dy) => {
  if (x < -3) return 0;
  return x <= 3 ? dy * (x / 3 + 0.5) : dy;
});
