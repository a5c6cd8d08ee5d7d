/**
 * Emitted code in place of other kernels, which stream through memory: what is computed, and where it lies, stays the affair of the
 * lowerings that emit those. A replacement is told what that kernel is.
 */
import type { KernelArguments, KernelName } from '../../compiler/kernel-name.js';
import { Float, type LowerContext, type Word } from '../../compiler/lowering.js';
import { Pointer } from '../../compiler/region.js';
import type { Replacements } from '../../compiler/target.js';
import type { Precision } from '../../precision.js';
import type { Kernels } from '../kernels.js';

/** Whether writing code for so many elements takes less than what it can save. */
export function isWorthWriting(elements: number): boolean {
  return elements >= 1 << 12;
}

/** The argument words of a kernel; a number or pointer that is none is NaN or undefined. */
export class Words {
  constructor(private readonly words: readonly Word[]) {}

  number(i: number): number {
    const word = this.words[i];
    return typeof word === 'number' ? word : Number.NaN;
  }

  numbers<const I extends readonly number[]>(...at: I): { readonly [K in keyof I]: number } {
    return at.map((i) => this.number(i)) as { readonly [K in keyof I]: number };
  }

  float(i: number): number {
    const word = this.words[i];
    return word instanceof Float ? word.value : Number.NaN;
  }

  pointer(i: number): Pointer | undefined {
    const word = this.words[i];
    return word instanceof Pointer ? word : undefined;
  }
}

/** A replacement for a kernel and the one of its name on tensors in bfloat16. */
export type StoredReplacement<Told = Words> = (
  kernels: Kernels,
  context: LowerContext,
  told: Told,
  storage: Precision,
) => boolean;

/** What a described kernel is told, by name; of others, the words. */
type Told<Name extends KernelName> = KernelArguments[Name] extends readonly Word[]
  ? Words
  : KernelArguments[Name];

export type StoredReplacements = {
  readonly [Name in KernelName]?: StoredReplacement<Told<Name>>;
};

export function replacementsOf(kernels: Kernels, stored: StoredReplacements): Replacements {
  const replacements = Object.entries(stored) as [string, StoredReplacement<unknown>][]; // Each is given what its kernel is told.
  const entries = replacements.flatMap(([name, replace]) => {
    const with_ = (storage: Precision) => (args: unknown, context: LowerContext) =>
      replace(kernels, context, Array.isArray(args) ? new Words(args) : args, storage);
    return [
      [name, with_('float32')],
      [`${name}Bf16`, with_('bfloat16')],
    ];
  });
  return Object.fromEntries(entries);
}
