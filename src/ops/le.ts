import { defineBinary } from './kernels/define-binary.js';

/** Whether a ≤ b, with broadcasting: bool. */
export const le = defineBinary('le', {
  f: (a, b) => (a <= b ? 1 : 0),
  compares: true,
});
