/**
 * Every kernel, by the file in `kernels/` that holds it: a family describes what its kernels are told (`families/`). From this
 * table the build generates the switch that the program runs through, so a kernel's number is its place here. Names are unique.
 */
import { internalError } from '../../core/errors.js';
import type { KernelArguments, KernelName } from '../compiler/kernel-name.js';
import type { KernelCall } from '../compiler/target.js';
import type { Precision } from '../precision.js';
import { avgPool } from './families/avg-pool.js';
import { batchNorm } from './families/batch-norm.js';
import { batchNormBackward } from './families/batch-norm-backward.js';
import { batchNormBackwardSums } from './families/batch-norm-backward-sums.js';
import { batchNormPool } from './families/batch-norm-pool.js';
import { binary } from './families/binary.js';
import { binaryCrossEntropy } from './families/binary-cross-entropy.js';
import { calls } from './families/calls.js';
import { channels } from './families/channels.js';
import { compare } from './families/compare.js';
import { convDirect, convGathered, convWeight } from './families/conv.js';
import { convLayout } from './families/conv-layout.js';
import { convPack } from './families/conv-pack.js';
import { copy } from './families/copy.js';
import { crossEntropy } from './families/cross-entropy.js';
import { dropout } from './families/dropout.js';
import type { ArgumentsOf, Call, Family, NamesOf } from './families/family.js';
import { fold } from './families/fold.js';
import { gemm, gemmDot } from './families/gemm.js';
import { maxPool } from './families/max-pool.js';
import { maxPoolBlocks } from './families/max-pool-blocks.js';
import { normalizeRows } from './families/normalize-rows.js';
import { optimizer } from './families/optimizer.js';
import { random } from './families/random.js';
import { reduce } from './families/reduce.js';
import { softmax } from './families/softmax.js';
import { storage } from './families/storage.js';
import { strided } from './families/strided.js';
import { ternary } from './families/ternary.js';
import { unary, unaryBackward } from './families/unary.js';
import {
  winogradForward,
  winogradSmall,
  winogradStrided,
  winogradWeight,
} from './families/winograd.js';
import { winogradRows, winogradRowsWeight } from './families/winograd-rows.js';
import { type GivenArguments, writeCall } from './families/write-call.js';
import type { EitherStorage } from './lower/stored-kernel.js';

export const kernelFamilies = {
  calls,
  copy,
  'conv-direct': convDirect,
  'conv-gathered': convGathered,
  'conv-layout': convLayout,
  storage,
  'conv-pack': convPack,
  'conv-weight': convWeight,
  gemm,
  'gemm-dot': gemmDot,
  'winograd-forward': winogradForward,
  'winograd-weight': winogradWeight,
  'winograd-strided': winogradStrided,
  'winograd-small': winogradSmall,
  'winograd-rows': winogradRows,
  'winograd-rows-weight': winogradRowsWeight,
  unary,
  binary,
  compare,
  ternary,
  reduce,
  softmax,
  channels,
  'batch-norm': batchNorm,
  'batch-norm-backward-sums': batchNormBackwardSums,
  'batch-norm-backward': batchNormBackward,
  'batch-norm-pool': batchNormPool,
  'max-pool': maxPool,
  'max-pool-blocks': maxPoolBlocks,
  'avg-pool': avgPool,
  'normalize-rows': normalizeRows,
  fold,
  optimizer,
  'unary-backward': unaryBackward,
  'binary-cross-entropy': binaryCrossEntropy,
  'cross-entropy': crossEntropy,
  dropout,
  strided,
  random,
} as const satisfies Readonly<Record<string, Family>>;

type CallsOf<F> = F extends Family ? F[keyof F] : never;
type Calls = CallsOf<(typeof kernelFamilies)[keyof typeof kernelFamilies]>;

type CallOf<Name, C = Calls> = C extends { readonly fields: unknown }
  ? Name extends NamesOf<C>
    ? C
    : never
  : never;

type ArgumentsByName = {
  readonly [Name in NamesOf<Calls>]: ArgumentsOf<CallOf<Name>['fields']>;
};

declare module '../compiler/kernel-name.js' {
  interface KernelArguments extends ArgumentsByName {}
}

/** A kernel of a family: how it is called, and its elements in memory. */
export interface Kernel {
  readonly name: string;
  /** As the family has it. */
  readonly base: string;
  readonly storage: Precision;
  readonly args: string;
  readonly call: Call;
}

/** The kernels of a family, in the order of their numbers. */
export function kernelsOf(family: Family): readonly Kernel[] {
  return Object.entries(family).flatMap(([args, call]) => {
    const kernel = (base: string, storage: Precision): Kernel => {
      const name = storage === 'bfloat16' ? `${base}Bf16` : base;
      return { name, base, storage, args, call };
    };
    const { kernels, bfloat16 = [] } = call;
    return [
      ...kernels.map((base) => kernel(base, 'float32')),
      ...bfloat16.map((base) => kernel(base, 'bfloat16')),
    ];
  });
}

const all = Object.values<Family>(kernelFamilies).flatMap(kernelsOf);
const kernels = new Map(all.map((kernel, id) => [kernel.name, { ...kernel, id }]));
/** In the order of their numbers. */
export const kernelNames: readonly string[] = all.map(({ name }) => name);

function kernelOf(name: KernelName): Kernel & { readonly id: number } {
  const kernel = kernels.get(name);
  if (kernel === undefined) throw internalError(`there is no kernel '${name}'`);
  return kernel;
}

/** The number of a kernel in programs. */
export function kernelId(name: KernelName): number {
  return kernelOf(name).id;
}

/** The argument words of a kernel. */
export function kernelCall<Name extends KernelName>(
  name: Name,
  args: KernelArguments[Name],
): KernelCall {
  const { base, call } = kernelOf(name);
  return writeCall(call, args as GivenArguments, call.reads?.[base]); // The family's types have been made of the same fields.
}

/** The kernel of that name for bfloat16, if there is one. */
export function bfloat16Kernel<Name extends KernelName>(
  kernel: Name,
): EitherStorage<Name> | undefined {
  const name = `${kernel}Bf16`;
  return kernels.has(name) ? (name as EitherStorage<Name>) : undefined; // A name of the list.
}

/** A number for the whole list (FNV-1a), which the compiled kernels carry too: programs for others must not run. */
export const kernelTableHash = [...kernelNames.join()].reduce(
  (hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193),
  0x811c9dc5 | 0,
);
