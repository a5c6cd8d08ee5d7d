import { defineBinary } from './kernels/define-binary.js';

/** Whether a = b, with broadcasting: bool. NaN equals nothing. */
export const eq = defineBinary('eq', {
  f: (a, b) => (a === b ? 1 : 0),
  compares: true,
});
