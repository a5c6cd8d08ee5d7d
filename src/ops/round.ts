import { defineUnary } from './kernels/define-unary.js';

/** The nearest whole number, of two the even one (IEEE 754's default). Its gradient is 0 everywhere. */
export const round = defineUnary('round', {
  f: roundHalfToEven,
  integers: true,
  saves: 'none',
  backward: (dy) => dy.mul(0),
});

function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest === 0.5) return below % 2 === 0 ? below : below + 1;
  return rest < 0.5 ? below : Math.ceil(x);
}
