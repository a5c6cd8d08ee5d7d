/**
 * Emitted code in place of other kernels, which stream through memory: what is computed, and where it lies, stays the affair of the
 * lowerings that emit those. A replacement is told what that kernel is.
 */
import type { KernelArguments, KernelName } from '../../compiler/kernel-name.js';
import type { LowerContext } from '../../compiler/lowering.js';
import type { Replacements } from '../../compiler/target.js';
import type { Precision } from '../../precision.js';
import type { Kernels } from '../kernels.js';

/** Whether writing code for so many elements takes less than what it can save. */
export function isWorthWriting(elements: number): boolean {
  return elements >= 1 << 12;
}

/** A replacement for a kernel and the one of its name on tensors in bfloat16. */
export type StoredReplacement<Told> = (
  kernels: Kernels,
  context: LowerContext,
  told: Told,
  storage: Precision,
) => boolean;

export type StoredReplacements = {
  readonly [Name in KernelName]?: StoredReplacement<KernelArguments[Name]>;
};

export function replacementsOf(kernels: Kernels, stored: StoredReplacements): Replacements {
  const replacements = Object.entries(stored) as [string, StoredReplacement<unknown>][]; // Each is given what its kernel is told.
  const entries = replacements.flatMap(([name, replace]) => {
    const with_ = (storage: Precision) => (args: unknown, context: LowerContext) =>
      replace(kernels, context, args, storage);
    return [
      [name, with_('float32')],
      [`${name}Bf16`, with_('bfloat16')],
    ];
  });
  return Object.fromEntries(entries);
}
