/** Element-wise functions of one tensor and their gradients, in whatever layout the tensor is stored. */

import type { ClampAttrs } from '../../../graph/attrs/elementwise.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import type { KernelName } from '../../compiler/kernel-name.js';
import { isPadded, ROWS, storedElements } from '../../compiler/layout.js';
import { storedKernel } from '../../compiler/lower/stored-kernel.js';
import {
  type Float,
  float,
  type LowerContext,
  type Lowering,
  lowering,
} from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import type { Lowerings } from '../../compiler/target.js';
import type { Precision } from '../../precision.js';
import { isStored } from '../kernel-table.js';

/** The kernel of a function, its constants, and whether it keeps the zeros that fill a last block of channels. */
export interface ElementKernel {
  readonly kernel: KernelName;
  readonly p?: number;
  readonly q?: number;
  /** f(0) = 0. @default true */
  readonly keepsZero?: boolean;
}

/** An op y = f(x); `choose` names the kernel for its attributes, if there is one. */
export function unary<A extends object>(
  choose: (attrs: A) => ElementKernel | undefined,
): Lowering<A> {
  return lowering<A>((node, context) => {
    const [x] = operands(node.inputs);
    const [y] = operands(node.outputs);
    if (x.dtype !== 'float32') return false;
    const choice = choose(node.attrs);
    if (choice === undefined) return false;
    const { kernel, p = 0, q = 0, keepsZero = true } = choice;
    const stored = context.blockOf(x);
    const block = keepsZero || !isPadded(x.shape, stored) ? stored : ROWS;
    const count = storedElements(x.shape, block);
    const { storage, chosen } = storageOf(context, kernel, y, x);
    const from = context.input(x, block, storage);
    const to = context.output(y, block, undefined, storage);
    emitFlat(context, chosen, count, [from, to], [float(p), float(q)]);
    return true;
  });
}

/** An op dx = f(value, dy) of the gradient of a function; zeros in dy give zeros. */
export function unaryBackward<A extends object>(
  choose: (attrs: A) => ElementKernel | undefined,
): Lowering<A> {
  return lowering<A>((node, context) => {
    const [value, dy] = operands(node.inputs);
    const [dx] = operands(node.outputs);
    if (dy.dtype !== 'float32' || value.dtype !== 'float32') return false;
    const choice = choose(node.attrs);
    if (choice === undefined) return false;
    const { kernel, p = 0, q = 0 } = choice;
    const block = flatBlock(context, dy, value);
    const count = storedElements(dy.shape, block);
    const { storage, chosen } = storageOf(context, kernel, dx, value, dy);
    const at = context.input(value, block, storage);
    const gradient = context.input(dy, block, storage);
    const to = context.output(dx, block, undefined, storage);
    emitFlat(context, chosen, count, [at, gradient, to], [float(p), float(q)]);
    return true;
  });
}

/**
 * The storage for a kernel that makes `result` of `values`, and the kernel for it: bfloat16 where there is one, and the
 * values are stored so or at least one is and the result is wanted so.
 */
export function storageOf(
  context: LowerContext,
  kernel: KernelName,
  result: Value,
  ...values: readonly Value[]
): { readonly storage: Precision; readonly chosen: KernelName } {
  const isNarrow = (value: Value) => context.storageOf(value) === 'bfloat16';
  const isWanted = context.storageFor(result) === 'bfloat16';
  const fits = isWanted ? values.some(isNarrow) : values.every(isNarrow);
  return fits && isStored(kernel)
    ? { storage: 'bfloat16', chosen: storedKernel(kernel, 'bfloat16') }
    : { storage: 'float32', chosen: kernel };
}

/** The layout for a function of two tensors of one shape: one in which a tensor of them is stored, blocked if any is. */
export function flatBlock(context: LowerContext, a: Value, b: Value): number {
  const block = context.blockOf(a);
  return block === ROWS ? context.blockOf(b) : block;
}

/** A phase over `count` floats in a row; each thread touches its own part alone. */
function emitFlat(
  context: LowerContext,
  kernel: KernelName,
  count: number,
  pointers: readonly Pointer[],
  constants: readonly Float[],
): void {
  const words = [...pointers, count, ...constants];
  context.emit(kernel, words, { split: `flat:${count}`, own: pointers });
}

const plain =
  (kernel: KernelName, keepsZero = true) =>
  (): ElementKernel => ({ kernel, keepsZero });

const leakyRelu =
  (kernel: KernelName) =>
  ({ slope }: { readonly slope: number }): ElementKernel => ({
    ...{ kernel, p: slope },
    keepsZero: Number.isFinite(slope),
  });

const gelu =
  (exact: KernelName, tanh: KernelName) =>
  ({ approximate }: { readonly approximate: 'none' | 'tanh' }): ElementKernel => ({
    kernel: approximate === 'tanh' ? tanh : exact,
  });

/** Comparisons that let NaN in x through do not let a bound's through: that one is left to the reference kernel. */
const clamp =
  (kernel: KernelName) =>
  ({ min, max }: ClampAttrs): ElementKernel | undefined => {
    const p = min ?? Number.NEGATIVE_INFINITY;
    const q = max ?? Number.POSITIVE_INFINITY;
    if (Number.isNaN(p) || Number.isNaN(q)) return undefined;
    return { kernel, p, q, keepsZero: p <= 0 && q >= 0 };
  };

const elu =
  (kernel: KernelName) =>
  ({ alpha }: { readonly alpha: number }): ElementKernel => ({
    ...{ kernel, p: alpha },
    keepsZero: Number.isFinite(alpha),
  });

const softplus =
  (kernel: KernelName) =>
  ({ beta, threshold }: { readonly beta: number; readonly threshold: number }): ElementKernel => ({
    kernel,
    p: beta,
    q: threshold,
    keepsZero: false,
  });

export const elementwiseLowerings: Lowerings = {
  neg: unary(plain('neg')),
  abs: unary(plain('abs')),
  sign: unary(plain('sign')),
  exp: unary(plain('exp', false)),
  log: unary(plain('log', false)),
  sqrt: unary(plain('sqrt')),
  square: unary(plain('square')),
  relu: unary(plain('relu')),
  leakyRelu: unary(leakyRelu('leakyRelu')),
  sigmoid: unary(plain('sigmoid', false)),
  tanh: unary(plain('tanh')),
  gelu: unary(gelu('gelu', 'geluTanh')),
  silu: unary(plain('silu')),
  hardswish: unary(plain('hardswish')),
  hardsigmoid: unary(plain('hardsigmoid', false)),
  elu: unary(elu('elu')),
  mish: unary(plain('mish')),
  softplus: unary(softplus('softplus')),
  clamp: unary(clamp('clamp')),
  reluBackward: unaryBackward(plain('reluBackward')),
  leakyReluBackward: unaryBackward(leakyRelu('leakyReluBackward')),
  sigmoidBackward: unaryBackward(plain('sigmoidBackward')),
  tanhBackward: unaryBackward(plain('tanhBackward')),
  geluBackward: unaryBackward(gelu('geluBackward', 'geluTanhBackward')),
  siluBackward: unaryBackward(plain('siluBackward')),
  hardswishBackward: unaryBackward(plain('hardswishBackward')),
  hardsigmoidBackward: unaryBackward(plain('hardsigmoidBackward')),
  eluBackward: unaryBackward(elu('eluBackward')),
  mishBackward: unaryBackward(plain('mishBackward')),
  softplusBackward: unaryBackward(softplus('softplusBackward')),
  clampBackward: unaryBackward(clamp('clampBackward')),
};
