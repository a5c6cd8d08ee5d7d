import { defineArgExtremum } from './kernels/define-extremum.js';

/** Where the largest value first is, counted over the reduced dimensions: int32. */
export const argmax = defineArgExtremum('argmax', (value, best) => value > best);
