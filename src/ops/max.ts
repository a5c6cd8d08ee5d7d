import { defineExtremum } from './kernels/define-extremum.js';

/** The largest values over dimensions; NaN wins, and equal ones share the gradient. */
export const max = defineExtremum('max', (value, best) => value > best);
