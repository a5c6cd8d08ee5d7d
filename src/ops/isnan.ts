import { definePredicate } from './kernels/define-predicate.js';

/** Where x is NaN: bool. */
export const isnan = definePredicate('isnan', Number.isNaN);
