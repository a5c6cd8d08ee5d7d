/** Reads what `export/main.ts` has written. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allocate, type TypedArray } from '../../src/core/dtype.js';
import { numel } from '../../src/core/shape.js';
import { arraysFile, type StepFile, stepFile } from '../export/step-file.js';

export interface StepInput extends StepFile {
  /** What each of the inputs holds at the start. */
  readonly arrays: readonly TypedArray[];
}

export function readStep(folder: string): StepInput {
  const step = JSON.parse(readFileSync(join(folder, stepFile), 'utf8')) as StepFile; // our own file
  const all = readFileSync(join(folder, arraysFile));
  const arrays = step.inputs.map(({ dtype, shape, offset }) => {
    const array = allocate(dtype, numel(shape));
    new Uint8Array(array.buffer).set(all.subarray(offset, offset + array.byteLength));
    return array;
  });
  return { ...step, arrays };
}

/**
 * Throws unless `results` are wick's, within 1 % of what training has changed them by (inference: within 0.01 %): a peer
 * that computes something else is no peer.
 */
export function requireSameResults({ expected }: StepFile, results: readonly number[]): void {
  const [first = 0] = expected;
  const change = Math.max(...expected) - Math.min(...expected);
  const tolerance = expected.length > 1 ? 1e-2 * change : 1e-4 * Math.abs(first);
  if (expected.every((wanted, i) => Math.abs((results[i] ?? Number.NaN) - wanted) <= tolerance))
    return;
  throw new Error(
    `computes something else: ${results.join(', ')}, where wick gets ${expected.join(', ')}`,
  );
}
