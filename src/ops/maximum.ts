import { defineBinary } from './kernels/define-binary.js';

/** The larger of a and b, with broadcasting; NaN wins. Equal elements share the gradient. */
export const maximum = defineBinary('maximum', {
  f: Math.max,

  saves: 'inputs',
  backward: (dy, a, b) => [
    () => dy.mul(a.gt(b).add(a.eq(b).mul(0.5))),
    () => dy.mul(b.gt(a).add(a.eq(b).mul(0.5))),
  ],
});
