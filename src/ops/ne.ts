import { defineBinary } from './kernels/define-binary.js';

/** Whether a ≠ b, with broadcasting: bool. */
export const ne = defineBinary('ne', {
  f: (a, b) => (a !== b ? 1 : 0),
  compares: true,
});
