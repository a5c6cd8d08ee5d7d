import { isFloat } from '../core/dtype.js';
import { DTypeError, ValueError } from '../core/errors.js';
import { defineOp } from '../tensor/define-op.js';
import { defineBackward } from './kernels/define-backward.js';
import { mapUnary } from './kernels/elementwise.js';

export interface ClampAttrs {
  /** Lower bound; null for none. */
  readonly min: number | null;
  /** Upper bound; null for none. Wins where it is below `min`. */
  readonly max: number | null;
}

/** The attributes for two bounds, in which an infinite one is none. */
export function clampAttrs(min: number | null, max: number | null): ClampAttrs {
  const finite = (bound: number | null) =>
    bound !== null && Math.abs(bound) === Number.POSITIVE_INFINITY ? null : bound;
  return { min: finite(min), max: finite(max) };
}

/** x, but not below `min` nor above `max`; the gradient is that of x inside the bounds, and 0 outside. */
export const clamp = defineOp<ClampAttrs>('clamp', {
  inPlace: [0],
  saves: 'inputs',
  infer([{ shape, dtype }], { min, max }) {
    if (min === null && max === null)
      throw new ValueError('clamp', 'neither min nor max is given, at least one is required');
    const whole = [min, max].every((bound) => bound === null || Number.isInteger(bound));
    if (!isFloat(dtype) && (!whole || dtype === 'bool'))
      throw new DTypeError(
        'clamp',
        `min=${min} and max=${max} do not suit a tensor of ${dtype}; convert it with .to('float32')`,
      );
    return [{ shape, dtype }];
  },
  reference([x], [y], attrs) {
    const [low, high] = bounds(attrs);
    mapUnary(x, y, (value) => Math.min(Math.max(value, low), high)); // NaN stays NaN
  },
  backward: (dy, [x], attrs) => [() => clampBackward([x, dy], attrs)],
});

/** dy where min ≤ x ≤ max, 0 elsewhere, of [x, dy]. */
export const clampBackward = defineBackward<ClampAttrs>('clampBackward', (x, dy, attrs) => {
  const [low, high] = bounds(attrs);
  return x >= low && x <= high ? dy : 0;
});

function bounds({ min, max }: ClampAttrs): readonly [number, number] {
  return [min ?? Number.NEGATIVE_INFINITY, max ?? Number.POSITIVE_INFINITY];
}
