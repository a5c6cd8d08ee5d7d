import { defineBinary } from './kernels/define-binary.js';

/** a + b, with broadcasting. */
export const add = defineBinary('add', {
  f: (a, b) => a + b,
  saves: 'none',
  backward: (dy) => [() => dy, () => dy],
});
