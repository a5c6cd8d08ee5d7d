import { defineBinary } from './kernels/define-binary.js';

/** aᵇ, with broadcasting. */
export const pow = defineBinary('pow', {
  f: (a, b) => (a === 1 ? 1 : a ** b),
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
