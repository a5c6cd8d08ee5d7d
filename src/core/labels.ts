import type { TypedArray } from './dtype.js';
import { ValueError } from './errors.js';

/**
 * Throws unless every label is a class, 0 … classes − 1, or `ignoreIndex`. Labels are data, so no shape rule can check
 * them: kernels that index by a label call this first, on every engine.
 */
export function requireLabels(
  subject: string,
  labels: TypedArray,
  classes: number,
  ignoreIndex: number,
): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as number;
    if ((label < 0 || label >= classes) && label !== ignoreIndex)
      throw new ValueError(
        subject,
        `label ${label} at position ${i} is out of range, ${classes} classes need labels from 0 to ${classes - 1}`,
      );
  }
}
