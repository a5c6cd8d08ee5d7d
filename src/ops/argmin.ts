import { defineArgExtremum } from './kernels/define-extremum.js';

/** Where the smallest value first is, counted over the reduced dimensions: int32. */
export const argmin = defineArgExtremum('argmin', (value, best) => value < best);
