import { defineBinary } from './kernels/define-binary.js';

/** a − b, with broadcasting. */
export const sub = defineBinary('sub', {
  f: (a, b) => a - b,
  bools: false,
  saves: 'none',
  backward: (dy) => [() => dy, () => dy.neg()],
});
