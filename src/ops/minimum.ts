import { defineBinary } from './kernels/define-binary.js';

/** The smaller of a and b, with broadcasting; NaN wins. Equal elements share the gradient. */
export const minimum = defineBinary('minimum', {
  f: Math.min,

  saves: 'inputs',
  backward: (dy, a, b) => [
    () => dy.mul(a.lt(b).add(a.eq(b).mul(0.5))),
    () => dy.mul(b.lt(a).add(a.eq(b).mul(0.5))),
  ],
});
