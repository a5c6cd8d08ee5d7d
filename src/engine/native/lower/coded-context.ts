/**
 * Lowerings of the other kernels whose phases emitted code runs instead, where it has a kernel of the same effect: what is computed
 * and where it lies stays their affair. A replacement reads a phase's words as that kernel does.
 */
import type { KernelName } from '../../compiler/kernel-name.js';
import {
  Float,
  type LowerContext,
  type Lowering,
  type PhaseOptions,
  type Word,
} from '../../compiler/lowering.js';
import { Pointer } from '../../compiler/region.js';
import type { Lowerings } from '../../compiler/target.js';
import type { Precision } from '../../precision.js';
import type { Kernels } from '../kernels.js';

/** The argument words of a kernel. */
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

  /** Undefined for one that is not given. */
  pointer(i: number): Pointer | undefined {
    const word = this.words[i];
    return word instanceof Pointer ? word : undefined;
  }
}

/** Emits a phase with the effect of a kernel, and returns true; false, with the context untouched, where none fits. */
export type Replacement = (
  kernels: Kernels,
  context: LowerContext,
  words: Words,
  storage: Precision,
) => boolean;

export type Replacements = Readonly<Partial<Record<KernelName, Replacement>>>;

/** The lowerings, with phases replaced. */
export function withReplacements(
  lowerings: Lowerings,
  replacements: Replacements,
  kernels: Kernels,
): Lowerings {
  const replaced = (lower: Lowering): Lowering => {
    return (node, context) => lower(node, new CodedContext(context, replacements, kernels));
  };
  return Object.fromEntries(Object.entries(lowerings).map(([op, lower]) => [op, replaced(lower)]));
}

class CodedContext implements LowerContext {
  readonly threads: number;
  readonly winograd: boolean;
  readonly precision: Precision;

  constructor(
    private readonly context: LowerContext,
    private readonly replacements: Replacements,
    private readonly kernels: Kernels,
  ) {
    this.threads = context.threads;
    this.winograd = context.winograd;
    this.precision = context.precision;
  }

  emit(kernel: KernelName, words: readonly Word[], options?: PhaseOptions): void {
    const isNarrow = kernel.endsWith('Bf16');
    const plain = (isNarrow ? kernel.slice(0, -4) : kernel) as KernelName; // Every stored kernel has both names.
    const replace = this.replacements[plain];
    const storage = isNarrow ? 'bfloat16' : 'float32';
    if (replace?.(this.kernels, this.context, new Words(words), storage) === true) return;
    this.context.emit(kernel, words, options);
  }

  blockOf: LowerContext['blockOf'] = (value) => this.context.blockOf(value);
  storageOf: LowerContext['storageOf'] = (value) => this.context.storageOf(value);
  storageFor: LowerContext['storageFor'] = (value) => this.context.storageFor(value);
  input: LowerContext['input'] = (...given) => this.context.input(...given);
  output: LowerContext['output'] = (...given) => this.context.output(...given);
  check: LowerContext['check'] = (...given) => this.context.check(...given);
  scratch: LowerContext['scratch'] = (bytes) => this.context.scratch(bytes);
  threadScratch: LowerContext['threadScratch'] = (bytes) => this.context.threadScratch(bytes);
  table: LowerContext['table'] = (data) => this.context.table(data);
  whenDisposed: LowerContext['whenDisposed'] = (release) => this.context.whenDisposed(release);
}
