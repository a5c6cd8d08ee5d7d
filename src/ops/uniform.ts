import { type DType, requireFloat } from '../core/dtype.js';
import { unitFloat } from '../core/rng.js';
import type { Shape } from '../core/shape.js';
import { defineOp } from '../tensor/define-op.js';
import { fillRandom, requireKey } from './kernels/random.js';

export interface UniformAttrs {
  readonly shape: Shape;
  readonly low: number;
  /** Not reached. */
  readonly high: number;
  readonly dtype: DType;
}

/** Random numbers spread evenly over [low, high), of [key]. */
export const uniform = defineOp<UniformAttrs>('uniform', {
  infer([key], { shape, dtype }) {
    requireKey('uniform', key, shape);
    requireFloat('uniform', 'the result', dtype);
    return [{ shape, dtype }];
  },
  reference: ([key], [y], { low, high }) =>
    fillRandom(key, y, (word) => low + (high - low) * unitFloat(word)),
});
