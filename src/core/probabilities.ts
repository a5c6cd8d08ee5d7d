/**
 * Ranges of what binary cross entropy takes. They are those of data, so no shape rule can check them: kernels call these
 * functions first, on every engine.
 */
import type { TypedArray } from './dtype.js';
import { ValueError } from './errors.js';

/** Throws where probabilities are not from 0 to 1. */
export function requireProbabilities(data: TypedArray): void {
  const advice = 'pass scores to binaryCrossEntropyWithLogits, or through sigmoid() first';
  requireRange('binaryCrossEntropy', 'input', data, advice);
}

/** Throws where targets of `loss` are not from 0 to 1. */
export function requireBinaryTargets(loss: string, data: TypedArray): void {
  requireRange(loss, 'target', data, 'convert labels to 0 and 1');
}

/** NaN passes: it is what a diverged network gives, and shows in the loss. */
function requireRange(subject: string, name: string, data: TypedArray, advice: string): void {
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number;
    if (value < 0 || value > 1)
      throw new ValueError(
        subject,
        `${name} is ${value} at position ${i}, numbers from 0 to 1 are required; ${advice}`,
      );
  }
}
