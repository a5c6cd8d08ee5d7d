import { isFloat } from '../core/dtype.js';
import { DTypeError, ValueError } from '../core/errors.js';
import { requireNumber } from '../core/options.js';
import type { ClampAttrs } from '../graph/attrs/elementwise.js';
import { defineOp } from '../tensor/define-op.js';
import { defineBackward } from './kernels/define-backward.js';
import { mapUnary } from './kernels/elementwise.js';

/** x, but not below `min` nor above `max`, NaN where one of them is; the gradient is that of x inside the bounds, and 0 outside. */
export const clamp = defineOp('clamp', {
  inPlace: [0],
  saves: 'inputs',
  infer([{ shape, dtype }], { min, max }) {
    if (min !== null) requireNumber('clamp', 'min', min);
    if (max !== null) requireNumber('clamp', 'max', max);
    if (min === null && max === null)
      throw new ValueError('clamp', 'neither min nor max is given, at least one is required');
    const [low, high] = bounds({ min, max });
    const whole =
      (Number.isInteger(low) || low === Number.NEGATIVE_INFINITY) &&
      (Number.isInteger(high) || high === Number.POSITIVE_INFINITY);
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
export const clampBackward = defineBackward('clampBackward', (x, dy, attrs) => {
  const [low, high] = bounds(attrs);
  return x >= low && x <= high ? dy : 0;
});

function bounds({ min, max }: ClampAttrs): readonly [number, number] {
  return [min ?? Number.NEGATIVE_INFINITY, max ?? Number.POSITIVE_INFINITY];
}
