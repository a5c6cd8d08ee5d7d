/** In which precision a plan computes, and the error where an engine does not. */
import { EngineError } from '../core/errors.js';

/**
 * `bfloat16`: activations are stored so, and convolutions and matrix products may multiply it, summing in float32;
 * parameters, statistics, losses and whatever a plan takes and returns stay float32.
 */
export const precisions = ['float32', 'bfloat16'] as const;
export type Precision = (typeof precisions)[number];

/** @throws EngineError saying what computes in bfloat16; `found` is what this machine has instead */
export function refuseBfloat16(engine: string, found: string): never {
  throw new EngineError(
    engine,
    `precision 'bfloat16' needs engine native on a CPU with AVX512-BF16, and this is ${found}; use float32`,
  );
}
