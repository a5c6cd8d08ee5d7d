import { defineUnary } from './kernels/define-unary.js';
import { erf as erfOf } from './kernels/erf.js';

/** The error function 2/√π · ∫₀ˣ e^−t² dt. */
export const erf = defineUnary('erf', {
  f: erfOf,
  backward: (dy, x) => dy.mul(x.square().neg().exp()).mul(2 / Math.sqrt(Math.PI)),
});
