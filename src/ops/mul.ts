import { defineBinary } from './kernels/define-binary.js';

/** a · b, with broadcasting. */
export const mul = defineBinary('mul', {
  f: (a, b) => a * b,
  saves: 'inputs',
  backward: (dy, a, b) => [() => dy.mul(b), () => dy.mul(a)],
});
