/** Element-wise functions of one tensor and their gradients, in whatever layout the tensor is stored. */

import type { ClampAttrs } from '../../../graph/attrs/elementwise.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import type { KernelName } from '../../compiler/kernel-name.js';
import { isPadded, ROWS, storedElements } from '../../compiler/layout.js';
import { type LowerContext, type Lowering, lowering } from '../../compiler/lowering.js';
import type { Lowerings } from '../../compiler/target.js';
import type { Precision } from '../../precision.js';
import type { UnaryBackwardKernel, UnaryKernel } from '../families/unary.js';
import { bfloat16Kernel } from '../kernel-table.js';
import type { EitherStorage } from './stored-kernel.js';

/** The kernel of a function, its constants, and whether it keeps the zeros that fill a last block of channels. */
export interface ElementKernel<Name extends KernelName> {
  readonly kernel: Name;
  readonly p?: number;
  readonly q?: number;
  /** f(0) = 0. @default true */
  readonly keepsZero?: boolean;
}

/** An op y = f(x); `choose` names the kernel for its attributes, if there is one. */
export function unary<A extends object>(
  choose: (attrs: A) => ElementKernel<UnaryKernel> | undefined,
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
    context.emit(chosen, { x: from, y: to, count, p, q });
    return true;
  });
}

/** An op dx = f(value, dy) of the gradient of a function; zeros in dy give zeros. */
export function unaryBackward<A extends object>(
  choose: (attrs: A) => ElementKernel<UnaryBackwardKernel> | undefined,
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
    context.emit(chosen, { value: at, dy: gradient, dx: to, count, p, q });
    return true;
  });
}

/**
 * The storage for a kernel that makes `result` of `values`, and the kernel for it: bfloat16 where there is one, and the
 * values are stored so or at least one is and the result is wanted so.
 */
export function storageOf<Name extends KernelName>(
  context: LowerContext,
  kernel: Name,
  result: Value,
  ...values: readonly Value[]
): { readonly storage: Precision; readonly chosen: EitherStorage<Name> } {
  const isNarrow = (value: Value) => context.storageOf(value) === 'bfloat16';
  const isWanted = context.storageFor(result) === 'bfloat16';
  const fits = isWanted ? values.some(isNarrow) : values.every(isNarrow);
  const narrow = fits ? bfloat16Kernel(kernel) : undefined;
  return narrow !== undefined
    ? { storage: 'bfloat16', chosen: narrow }
    : { storage: 'float32', chosen: kernel };
}

/** The layout for a function of two tensors of one shape: one in which a tensor of them is stored, blocked if any is. */
export function flatBlock(context: LowerContext, a: Value, b: Value): number {
  const block = context.blockOf(a);
  return block === ROWS ? context.blockOf(b) : block;
}

const plain =
  <Name extends KernelName>(kernel: Name, keepsZero = true) =>
  (): ElementKernel<Name> => ({ kernel, keepsZero });

const leakyRelu =
  <Name extends KernelName>(kernel: Name) =>
  ({ slope }: { readonly slope: number }): ElementKernel<Name> => ({
    ...{ kernel, p: slope },
    keepsZero: Number.isFinite(slope),
  });

const gelu =
  <Name extends KernelName>(exact: Name, tanh: Name) =>
  ({ approximate }: { readonly approximate: 'none' | 'tanh' }): ElementKernel<Name> => ({
    kernel: approximate === 'tanh' ? tanh : exact,
  });

/** Comparisons that let NaN in x through do not let a bound's through: that one is left to the reference kernel. */
const clamp =
  <Name extends KernelName>(kernel: Name) =>
  ({ min, max }: ClampAttrs): ElementKernel<Name> | undefined => {
    const p = min ?? Number.NEGATIVE_INFINITY;
    const q = max ?? Number.POSITIVE_INFINITY;
    if (Number.isNaN(p) || Number.isNaN(q)) return undefined;
    return { kernel, p, q, keepsZero: p <= 0 && q >= 0 };
  };

const elu =
  <Name extends KernelName>(kernel: Name) =>
  ({ alpha }: { readonly alpha: number }): ElementKernel<Name> => ({
    ...{ kernel, p: alpha },
    keepsZero: Number.isFinite(alpha),
  });

interface SoftplusAttrs {
  readonly beta: number;
  readonly threshold: number;
}

const softplus =
  <Name extends KernelName>(kernel: Name) =>
  ({ beta, threshold }: SoftplusAttrs): ElementKernel<Name> => ({
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
  floor: unary(plain('floor')),
  ceil: unary(plain('ceil')),
  round: unary(plain('round')),
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
