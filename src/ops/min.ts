import { defineExtremum } from './kernels/define-extremum.js';

/** The smallest values over dimensions; NaN wins, and equal ones share the gradient. */
export const min = defineExtremum('min', (value, best) => value < best);
