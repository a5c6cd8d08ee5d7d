/** In which precision a plan computes, and the error where an engine does not. */
import { EngineError } from '../core/errors.js';

/**
 * `bfloat16`, on CPUs: activations are stored so, and convolutions and matrix products may multiply it, summing in float32.
 * `float16`, on GPUs: activations are stored so, and all is computed in float32. Parameters, statistics, losses and whatever
 * a plan takes and returns stay float32 in both, in `float16` gradients too.
 */
export const precisions = ['float32', 'bfloat16', 'float16'] as const;
export type Precision = (typeof precisions)[number];

/** What lies beyond is stored as infinite in `float16`. */
export const largestFloat16 = 65504;

const needs = {
  bfloat16: 'engine native on a CPU with AVX512-BF16',
  float16: 'engine webgpu (--device gpu)',
} as const;

const advice = { bfloat16: 'use float32', float16: 'on a CPU use bfloat16 or float32' } as const;

/** @throws EngineError saying what computes in that precision; `found` is what this machine has instead, `instead` what to do */
export function refusePrecision(
  engine: string,
  precision: Exclude<Precision, 'float32'>,
  found: string,
  instead: string = advice[precision],
): never {
  throw new EngineError(
    engine,
    `precision '${precision}' needs ${needs[precision]}, and this is ${found}; ${instead}`,
  );
}
