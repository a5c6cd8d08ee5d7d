import { requireFloat } from '../core/dtype.js';
import { unitFloat } from '../core/rng.js';
import { defineOp } from '../tensor/define-op.js';
import { fillRandom, requireKey } from './kernels/random.js';

/** Random numbers spread evenly over [low, high), of [key]. */
export const uniform = defineOp('uniform', {
  infer([key], { shape, dtype }) {
    requireKey('uniform', key, shape);
    requireFloat('uniform', 'the result', dtype);
    return [{ shape, dtype }];
  },
  reference: ([key], [y], { low, high }) =>
    fillRandom(key, y, (word) => low + (high - low) * unitFloat(word)),
});
