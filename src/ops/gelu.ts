import { defineBackward } from './kernels/define-backward.js';
import { defineUnary } from './kernels/define-unary.js';
import { erf } from './kernels/erf.js';

const slope = Math.sqrt(2 / Math.PI);
const cubic = 0.044715;

/**
 * x · Φ(x), Φ the normal distribution's CDF (Hendrycks & Gimpel, 2016, https://arxiv.org/abs/1606.08415), or
 * ½x(1 + tanh(√(2/π)(x + 0.044715x³))).
 */
export const gelu = defineUnary('gelu', {
  f: (x, { approximate }) => x * (approximate === 'tanh' ? tanhCdf(x) : normalCdf(x)),
  saves: 'inputs',
  backward: (dy, x, _y, attrs) => geluBackward([x, dy], attrs),
});

/** dy · (Φ(x) + x · Φ'(x)), of [x, dy]. */
export const geluBackward = defineBackward('geluBackward', (x, dy, { approximate }) => {
  if (approximate === 'none')
    return dy * (normalCdf(x) + (x * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI));
  const near = Math.max(-12, Math.min(12, x)); // Beyond it is 0 or 1 to the last bit.
  const cdf = tanhCdf(near);
  return dy * (cdf + near * 2 * cdf * (1 - cdf) * slope * (1 + 3 * cubic * near * near));
});

function normalCdf(x: number): number {
  return 0.5 * (1 + erf(x * Math.SQRT1_2));
}

function tanhCdf(x: number): number {
  return 0.5 * (1 + Math.tanh(slope * (x + cubic * x * x * x)));
}
