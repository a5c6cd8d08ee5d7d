import { ValueError } from '../core/errors.js';
import { defineOp } from '../tensor/define-op.js';
import { fillRandom, requireKey } from './kernels/random.js';

/** Random whole numbers from low to high − 1, of [key]. */
export const randint = defineOp('randint', {
  infer([key], { shape, low, high, dtype }) {
    requireKey('randint', key, shape);
    if (!Number.isInteger(low) || !Number.isInteger(high) || low >= high)
      throw new ValueError(
        'randint',
        `low=${low} and high=${high} must be whole numbers with low < high`,
      );
    return [{ shape, dtype }];
  },
  reference: ([key], [y], { low, high }) =>
    fillRandom(key, y, (word) => low + Math.floor((word / 2 ** 32) * (high - low))),
});
