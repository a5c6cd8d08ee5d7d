/** Sums, means, variances, norms and extremes over any dimensions that merge to at most two runs. */
import { numel, type Shape } from '../../../core/shape.js';
import type { NormAttrs, ReductionAttrs, VarianceAttrs } from '../../../graph/attrs/reduction.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import { type Block, isPadded, ROWS } from '../../compiler/layout.js';
import { type LowerContext, type Lowering, lowering } from '../../compiler/lowering.js';
import type { PlanNode } from '../../compiler/plan-node.js';
import type { Lowerings } from '../../compiler/target.js';
import { channelLayout, storedChannels, sumBytes } from './channel-layout.js';
import { storedKernel } from './stored-kernel.js';

/** [K1][R1][K2][R2][K3]: kept and reduced dimensions in turn. */
interface Pattern {
  readonly k1: number;
  readonly r1: number;
  readonly k2: number;
  readonly r2: number;
  readonly k3: number;
}

/** The shape in that form, or undefined where kept and reduced dimensions alternate more often. */
function patternOf(shape: Shape, dims: readonly number[]): Pattern | undefined {
  const runs: { reduced: boolean; size: number }[] = [];
  shape.forEach((size, d) => {
    const reduced = dims.includes(d);
    const last = runs.at(-1);
    if (size === 1) return;
    if (last?.reduced === reduced) last.size *= size;
    else runs.push({ reduced, size });
  });
  // From the back: a kept run, a reduced one, and so on; where one is missing it is 1.
  const sizes = [false, true, false, true, false].map((reduced) =>
    runs.at(-1)?.reduced === reduced ? (runs.pop()?.size ?? 1) : 1,
  );
  const [k3 = 1, r2 = 1, k2 = 1, r1 = 1, k1 = 1] = sizes;
  return runs.length === 0 ? { k1, r1, k2, r2, k3 } : undefined;
}

interface Walk {
  readonly block: Block;
  readonly pattern: Pattern;
}

/** Reductions over the pixels of each channel read a blocked tensor as it is, others want rows. */
function walkOf(context: LowerContext, x: Value, dims: readonly number[]): Walk | undefined {
  const block = context.blockOf(x);
  const [n = 1, c = 1, h = 1, w = 1] = x.shape;
  const pixels = x.shape.length === 4 && dims.length === 2 && dims[0] === 2 && dims[1] === 3;
  if (block % 4 === 0 && pixels && !isPadded(x.shape, block))
    return { block, pattern: { k1: n * (c / block), r1: 1, k2: 1, r2: h * w, k3: block } };
  const pattern = patternOf(x.shape, dims);
  return pattern && { block: ROWS, pattern };
}

/** The sum of each channel over images and pixels of a blocked tensor: the gradient of a bias. */
function emitChannelSums(context: LowerContext, x: Value, y: Value, factor: number): void {
  const block = context.blockOf(x);
  const storage = context.storageOf(x);
  const layout = channelLayout(x, block, storage);
  const from = context.input(x, block, storage);
  const sums = context.scratch(sumBytes(layout, context.threads) / 2);
  const told = { x: from, ...layout, sums };
  context.emit(storedKernel('channelSums', storage), told);
  context.emit(storedKernel('channelTotals', storage), {
    ...{ ...told, y: context.output(y), stored: storedChannels(layout), factor },
  });
}

/** Whether each result is the sum of a channel: of images, or a column of a matrix of whole vectors. */
export function sumsChannels({ shape }: Value, dims: readonly number[]): boolean {
  if (shape.length === 2) return dims.length === 1 && dims[0] === 0 && (shape[1] ?? 1) % 4 === 0;
  return shape.length === 4 && dims.length === 3 && [0, 2, 3].every((dim) => dims.includes(dim));
}

/** Whether there is a kernel for that: where images are stored in whole vectors of channels, and for matrices in bfloat16. */
function isChannelSum(context: LowerContext, x: Value, dims: readonly number[]): boolean {
  if (!sumsChannels(x, dims)) return false;
  if (x.shape.length === 2) return context.storageOf(x) === 'bfloat16';
  return context.blockOf(x) % 4 === 0;
}

interface Reduction {
  readonly kernel: 'sum' | 'sumSquares' | 'sumDistances';
  /** By which sums are multiplied, for the number of elements of each. */
  factor(count: number): number;
  readonly root?: boolean;
}

function reduce<A extends ReductionAttrs>(
  choose: (attrs: A) => Reduction | undefined,
): Lowering<A> {
  return lowering<A>((node: PlanNode<A>, context) => {
    const [x] = operands(node.inputs);
    const [y] = operands(node.outputs);
    if (x.dtype !== 'float32') return false;
    const { dims } = node.attrs;
    const choice = choose(node.attrs);
    if (choice === undefined) return false;
    const { kernel, factor, root = false } = choice;
    if (kernel === 'sum' && isChannelSum(context, x, dims)) {
      emitChannelSums(context, x, y, factor(numel(x.shape) / (x.shape[1] ?? 1)));
      return true;
    }
    const walk = walkOf(context, x, dims);
    if (walk === undefined) return false;
    const { block, pattern } = walk;
    const count = pattern.r1 * pattern.r2;
    const scale = factor(count);
    const from = context.input(x, block);
    const to = context.output(y);
    if (kernel !== 'sumDistances' && numel(y.shape) === 1) {
      const sums = context.scratch(8 * context.threads);
      const squared = kernel !== 'sum';
      context.emit(squared ? 'squareParts' : 'sumParts', { x: from, sums, count });
      context.emit('sumTotal', { sums, y: to, root, squared, factor: scale, x: from, count });
    } else context.emit(kernel, { x: from, y: to, ...pattern, root, factor: scale });
    return true;
  });
}

function variance(root: boolean): Lowering<VarianceAttrs> {
  return reduce<VarianceAttrs>(({ correction }) => ({
    kernel: 'sumDistances',
    factor: (count) => 1 / Math.max(0, count - correction),
    root,
  }));
}

/** The largest (sign 1) or smallest (−1) values, or their places. */
function extreme(sign: 1 | -1, places: boolean): Lowering<ReductionAttrs> {
  return lowering<ReductionAttrs>((node, context) => {
    const [x] = operands(node.inputs);
    const [y] = operands(node.outputs);
    const pattern = patternOf(x.shape, node.attrs.dims);
    if (x.dtype !== 'float32' || pattern === undefined) return false;
    const from = context.input(x);
    const to = context.output(y);
    const wanted = places ? { y: undefined, place: to } : { y: to, place: undefined };
    context.emit('extreme', { x: from, ...wanted, ...pattern, sign });
    return true;
  });
}

/** `sumOfSquares` is square and sum in one: a node that the compiler makes of two. */
export const reductionLowerings: Lowerings = {
  sum: reduce(() => ({ kernel: 'sum', factor: () => 1 })),
  mean: reduce(() => ({ kernel: 'sum', factor: (count) => 1 / count })),
  sumOfSquares: reduce(() => ({ kernel: 'sumSquares', factor: () => 1 })),
  norm: reduce<NormAttrs>(({ p }) =>
    p === 2 ? { kernel: 'sumSquares', factor: () => 1, root: true } : undefined,
  ),
  var: variance(false),
  std: variance(true),
  max: extreme(1, false),
  min: extreme(-1, false),
  argmax: extreme(1, true),
  argmin: extreme(-1, true),
};
