/** What follows a convolution in its node: a residual, which its output is written over, and bounds. */
import type { ConvNodeAttrs } from '../../compiler/node-attrs.js';
import type { Ending } from '../kernels/ending.js';

/** A relu comes last. */
export function endingOf({ adds = false, clamp, relu = false }: ConvNodeAttrs): Ending {
  const { min, max } = clamp ?? { min: null, max: null };
  const floor = relu ? Math.max(0, min ?? 0) : min;
  return {
    adds,
    ...(floor !== null && { low: floor }),
    ...(max !== null && { high: max }),
  };
}
