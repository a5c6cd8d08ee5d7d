import type { TypedArray } from './dtype.js';
import { ValueError } from './errors.js';

/**
 * Throws unless every index is from 0 to size − 1. Indices are data, so no shape rule can check them: kernels that pick
 * elements by them call this first, on every engine.
 */
export function requireIndicesBelow(subject: string, indices: TypedArray, size: number): void {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] as number;
    if (index < 0 || index >= size)
      throw new ValueError(
        subject,
        `index ${index} at position ${i} is out of range; it must be from 0 to ${size - 1}`,
      );
  }
}
