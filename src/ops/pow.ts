import { defineBinary } from './kernels/define-binary.js';

/** aᵇ, with broadcasting, as C has it: 1 to the power of anything is 1, and so is −1 to that of ±∞. */
export const pow = defineBinary('pow', {
  f: (a, b) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b),
  bools: false,
  saves: 'all',
  backward: (dy, a, b, y) => [
    // b · aᵇ⁻¹ is 0 · ∞ where a and b are 0, and y · log a is 0 · −∞ where a is 0.
    () =>
      dy
        .mul(b)
        .mul(a.pow(b.sub(1)))
        .where(b.ne(0), 0),
    () =>
      dy
        .mul(y)
        .mul(a.log())
        .where(a.ne(0).maximum(b.lt(0)), 0),
  ],
});
