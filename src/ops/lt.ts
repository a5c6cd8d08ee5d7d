import { defineBinary } from './kernels/define-binary.js';

/** Whether a < b, with broadcasting: bool. */
export const lt = defineBinary('lt', {
  f: (a, b) => (a < b ? 1 : 0),
  compares: true,
});
