/**
 * Batch normalisation of `[N, C, H, W]` together with what follows it: a relu, a clamp, a residual and a relu, or a relu and
 * max pooling by 2 × 2. The compiler makes nodes of these names out of several ops; their attributes are those of batch
 * normalisation, and of the clamp. They work on whole vectors of channels.
 *
 *   batchNormRelu                 x, weight, bias → y, mean, var
 *   batchNormReluBackward         dy, x, weight, bias, mean, var → dx, dweight, dbias
 *   batchNormClamp, batchNormClampBackward: the same
 *   batchNormAddRelu              x, weight, bias, residual → y, mean, var
 *   batchNormAddReluBackward      dy, x, weight, mean, var, y → dx, dweight, dbias, dresidual
 *   batchNormReluMaxPool          x, weight, bias → y, mean, var, winners, index (uint8)
 *   batchNormReluMaxPoolBackward  dy, x, weight, bias, mean, var, winners, index → dx, dweight, dbias
 *   batchNormEvalRelu             x, weight, bias, mean, var → y
 *   batchNormEvalClamp            the same
 *   batchNormEvalAddRelu          x, weight, bias, mean, var, residual → y
 *
 * winners and index have the shape of the pooled y: the x that each maximum came from, and its place 0 … 3.
 */
import type { ClampAttrs } from '../../../graph/attrs/elementwise.js';
import type { BatchNormAttrs } from '../../../graph/attrs/layers.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import { type Block, blockFor } from '../../compiler/layout.js';
import { type LowerContext, lowering } from '../../compiler/lowering.js';
import type { PlanNode } from '../../compiler/plan-node.js';
import type { Pointer } from '../../compiler/region.js';
import type { Lowerings } from '../../compiler/target.js';
import type { Precision } from '../../precision.js';
import {
  type ChannelScale,
  emitBackwardTerms,
  emitScale,
  emitStatistics,
  givenStatistics,
  newStatistics,
  type ParameterGradients,
} from './batch-norm.js';
import { type ChannelLayout, channelLayout, sumBytes } from './channel-layout.js';
import { storedKernel } from './stored-kernel.js';

/** The layout in which `x` is stored if that is whole vectors of channels, else the one that suits its channels. */
export function vectorBlock(context: LowerContext, x: Value): Block {
  const stored = context.blockOf(x);
  if (stored % 4 === 0) return stored;
  const suited = blockFor(x.shape[1] ?? 1);
  return suited % 4 === 0 ? suited : 4;
}

/** The input of a normalisation, and how kernels see it. */
interface Source {
  readonly x: Value;
  readonly block: Block;
  readonly storage: Precision;
  readonly layout: ChannelLayout;
  readonly from: Pointer;
}

function sourceOf(context: LowerContext, x: Value): Source {
  const block = vectorBlock(context, x);
  const storage = context.storageOf(x);
  const layout = channelLayout(x, block, storage);
  return { x, block, storage, layout, from: context.input(x, block, storage) };
}

/** Statistics of x, which are outputs 1 and 2. */
function train({ inputs, outputs, attrs }: PlanNode<BatchNormAttrs>, context: LowerContext) {
  const [x, weight, bias] = operands(inputs);
  const [, mean, variance] = operands(outputs);
  const source = sourceOf(context, x);
  const statistics = newStatistics(context, weight, bias, mean, variance);
  const scale = emitStatistics(context, source.layout, source.from, statistics, attrs.eps);
  return { source, scale };
}

/** What a result is bounded by, and between which results the gradient passes. */
interface Bounds {
  readonly result: { readonly low: number; readonly high: number };
  readonly passing: { readonly low: number; readonly high: number };
}

/** A relu lets a gradient through from the smallest float above 0 on. */
const relu: Bounds = {
  result: { low: 0, high: Number.POSITIVE_INFINITY },
  passing: { low: 2 ** -149, high: Number.POSITIVE_INFINITY },
};

function boundsOf({ min, max }: Partial<ClampAttrs>): Bounds {
  if (min === undefined || max === undefined) return relu;
  const bounds = { low: min ?? Number.NEGATIVE_INFINITY, high: max ?? Number.POSITIVE_INFINITY };
  return { result: bounds, passing: bounds };
}

/** y = x · scale + shift + residual, bounded. */
function emitApply(
  context: LowerContext,
  { x, block, storage, layout, from }: Source,
  { scale, shift }: ChannelScale,
  { result }: Bounds,
  y: Value,
  residual: Value | undefined,
): void {
  const added = residual && context.input(residual, block, storage);
  const to = context.output(y, block, x, storage);
  const told = { x: from, ...layout, scale, shift, y: to, ...result, residual: added };
  context.emit(storedKernel('batchNormApply', storage), told);
}

/** With the attributes of a clamp, or a relu. */
type MaybeClampAttrs = BatchNormAttrs & Partial<ClampAttrs>;

const forward = lowering<MaybeClampAttrs>((node, context) => {
  const { source, scale } = train(node, context);
  const bounds = boundsOf(node.attrs);
  emitApply(context, source, scale, bounds, operands(node.outputs)[0], node.inputs[3]);
  return true;
});

const evaluate = lowering<MaybeClampAttrs>((node, context) => {
  const [x, weight, bias, mean, variance] = operands(node.inputs);
  const source = sourceOf(context, x);
  const statistics = givenStatistics(context, weight, bias, mean, variance);
  const scale = emitScale(context, source.layout, statistics, node.attrs.eps);
  const bounds = boundsOf(node.attrs);
  emitApply(context, source, scale, bounds, operands(node.outputs)[0], node.inputs[5]);
  return true;
});

const forwardMaxPool = lowering<BatchNormAttrs>((node, context) => {
  const { source, scale } = train(node, context);
  const { block, storage, from } = source;
  const [y, , , winners, index] = operands(node.outputs);
  context.emit(storedKernel('batchNormReluPool', storage), {
    ...{ x: from, ...imageOf(node, source), ...scale },
    y: context.output(y, block, undefined, storage),
    winners: context.output(winners, block, undefined, storage),
    index: context.output(index, block),
  });
  return true;
});

/** Input 0 or, in a gradient, 1, as the kernels see it. */
function imageOf({ inputs }: PlanNode, { block }: Source, position = 0) {
  const [images = 1, c = 1, height = 1, width = 1] = inputs[position]?.shape ?? [];
  return { images, groups: Math.ceil(c / block), height, width, block };
}

/** Gradients of weight and bias, and the terms of dx; `emitSums` emits the phase that fills the threads' sums. */
function backwardTerms(
  { outputs, attrs }: PlanNode<BatchNormAttrs>,
  context: LowerContext,
  layout: ChannelLayout,
  given: Omit<ParameterGradients, 'dweight' | 'dbias'>,
  emitSums: (sums: Pointer) => void,
): Pointer {
  const [, dweight, dbias] = operands(outputs);
  const sums = context.scratch(sumBytes(layout, context.threads));
  emitSums(sums);
  const gradients = { dweight: context.output(dweight), dbias: context.output(dbias) };
  return emitBackwardTerms(context, layout, sums, { ...given, ...gradients }, attrs.eps);
}

const backward = lowering<MaybeClampAttrs>((node, context) => {
  const { passing } = boundsOf(node.attrs);
  const [dy, x, weight, bias, mean, variance] = operands(node.inputs);
  const { block, storage, layout, from } = sourceOf(context, x);
  const gradient = context.input(dy, block, storage);
  const given = givenStatistics(context, weight, bias, mean, variance);
  const { scale, shift } = emitScale(context, layout, given, node.attrs.eps);
  const told = { x: from, ...layout, dy: gradient };
  const terms = backwardTerms(node, context, layout, given, (sums) => {
    const kernel = storedKernel('batchNormReluBackwardSums', storage);
    context.emit(kernel, { ...told, ...passing, mean: given.mean, sums, scale, shift });
  });
  const dx = context.output(operands(node.outputs)[0], block, x, storage);
  const kernel = storedKernel('batchNormReluBackwardApply', storage);
  context.emit(kernel, { ...told, ...passing, terms, dx, shift });
  return true;
});

const backwardAdd = lowering<BatchNormAttrs>((node, context) => {
  const [dy, x, weight, mean, variance, y] = operands(node.inputs);
  const [dx, , , dresidual] = operands(node.outputs);
  const { block, storage, layout, from } = sourceOf(context, x);
  const gradient = context.input(dy, block, storage);
  const result = context.input(y, block, storage);
  const given = {
    weight: context.input(weight),
    mean: context.input(mean),
    variance: context.input(variance),
  };
  const masked = context.output(dresidual, block, dy, storage);
  const told = { x: from, ...layout };
  const terms = backwardTerms(node, context, layout, given, (sums) => {
    const kernel = storedKernel('batchNormResidualBackwardSums', storage);
    context.emit(kernel, { ...told, dy: gradient, mean: given.mean, sums, y: result, masked });
  });
  const to = context.output(dx, block, x, storage);
  const kernel = storedKernel('batchNormBackwardApply', storage);
  context.emit(kernel, { ...told, dy: masked.readonly(), terms, dx: to });
  return true;
});

const backwardMaxPool = lowering<BatchNormAttrs>((node, context) => {
  const [dy, x, weight, bias, mean, variance] = operands(node.inputs);
  const [, , , , , , winners, index] = node.inputs;
  if (winners === undefined || index === undefined) return false;
  const source = sourceOf(context, x);
  const { block, storage, layout, from } = source;
  const given = givenStatistics(context, weight, bias, mean, variance);
  const { scale, shift } = emitScale(context, layout, given, node.attrs.eps);
  const gradient = context.input(dy, block, storage);
  const best = context.input(winners, block, storage);
  const terms = backwardTerms(node, context, layout, given, (sums) => {
    const pooled = { x: best, ...channelLayout(dy, block), dy: gradient };
    const kernel = storedKernel('batchNormReluBackwardSums', storage);
    context.emit(kernel, { ...pooled, ...relu.passing, mean: given.mean, sums, scale, shift });
  });
  context.emit(storedKernel('batchNormReluPoolBackward', storage), {
    ...{ x: from, ...imageOf(node, source, 1), terms, shift, dy: gradient, winners: best },
    index: context.input(index, block),
    dx: context.output(operands(node.outputs)[0], block, x, storage),
  });
  return true;
});

export const batchNormFusedLowerings: Lowerings = {
  batchNormRelu: forward,
  batchNormReluBackward: backward,
  batchNormClamp: forward,
  batchNormClampBackward: backward,
  batchNormAddRelu: forward,
  batchNormAddReluBackward: backwardAdd,
  batchNormReluMaxPool: forwardMaxPool,
  batchNormReluMaxPoolBackward: backwardMaxPool,
  batchNormEvalRelu: evaluate,
  batchNormEvalAddRelu: evaluate,
  batchNormEvalClamp: evaluate,
};
