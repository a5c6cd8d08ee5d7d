import { defineBinary } from './kernels/define-binary.js';

/** a / b, with broadcasting; whole numbers give float32. */
export const div = defineBinary('div', {
  f: (a, b) => a / b,
  divides: true,
  saves: 'all',
  backward: (dy, _a, b, y) => [() => dy.div(b), () => dy.mul(y).div(b).neg()],
});
