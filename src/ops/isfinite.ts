import { definePredicate } from './kernels/define-predicate.js';

/** Where x is neither NaN nor ±∞: bool. */
export const isfinite = definePredicate('isfinite', Number.isFinite);
