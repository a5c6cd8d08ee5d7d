/**
 * Batch normalisation of `[N, C, H, W]` together with what follows it: a relu, a residual and a relu, or a relu and max
 * pooling by 2 × 2. The compiler makes nodes of these names out of several ops; their attributes are those of batch
 * normalisation. They work on whole vectors of channels.
 *
 *   batchNormRelu                 x, weight, bias → y, mean, var
 *   batchNormReluBackward         dy, x, weight, bias, mean, var → dx, dweight, dbias
 *   batchNormAddRelu              x, weight, bias, residual → y, mean, var
 *   batchNormAddReluBackward      dy, x, weight, mean, var, y → dx, dweight, dbias, dresidual
 *   batchNormReluMaxPool          x, weight, bias → y, mean, var, winners, index (uint8)
 *   batchNormReluMaxPoolBackward  dy, x, weight, bias, mean, var, winners, index → dx, dweight, dbias
 *   batchNormEvalRelu             x, weight, bias, mean, var → y
 *   batchNormEvalAddRelu          x, weight, bias, mean, var, residual → y
 *
 * winners and index have the shape of the pooled y: the x that each maximum came from, and its place 0 … 3.
 */
import type { BatchNormAttrs } from '../../../graph/attrs/layers.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import { type Block, blockFor } from '../../compiler/layout.js';
import { storedKernel } from '../../compiler/lower/stored-kernel.js';
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
} from './batch-norm.js';
import { type ChannelLayout, channelLayout, layoutWords, sumBytes } from './channel-layout.js';

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

/** y = relu(x · scale + shift + residual). */
function emitApply(
  context: LowerContext,
  { x, block, storage, layout, from }: Source,
  { scale, shift }: ChannelScale,
  y: Value,
  residual: Value | undefined,
): void {
  const added = residual === undefined ? 0 : context.input(residual, block, storage);
  const to = context.output(y, block, x, storage);
  const kernel = storedKernel('batchNormApply', storage);
  context.emit(kernel, [from, ...layoutWords(layout), scale, shift, to, 1, added]);
}

const forward = lowering<BatchNormAttrs>((node, context) => {
  const { source, scale } = train(node, context);
  emitApply(context, source, scale, operands(node.outputs)[0], node.inputs[3]);
  return true;
});

const evaluate = lowering<BatchNormAttrs>((node, context) => {
  const [x, weight, bias, mean, variance] = operands(node.inputs);
  const source = sourceOf(context, x);
  const statistics = givenStatistics(context, weight, bias, mean, variance);
  const scale = emitScale(context, source.layout, statistics, node.attrs.eps);
  emitApply(context, source, scale, operands(node.outputs)[0], node.inputs[5]);
  return true;
});

const forwardMaxPool = lowering<BatchNormAttrs>((node, context) => {
  const { source, scale } = train(node, context);
  const { block, storage, from } = source;
  const [y, , , winners, index] = operands(node.outputs);
  const written = [
    context.output(y, block, undefined, storage),
    context.output(winners, block, undefined, storage),
    context.output(index, block),
  ];
  const words = [from, ...imageWords(node, source), scale.scale, scale.shift, ...written];
  context.emit(storedKernel('batchNormReluPool', storage), words);
  return true;
});

/** N, G, H, W, B of input 0 or, in a gradient, 1. */
function imageWords({ inputs }: PlanNode, { block }: Source, position = 0): number[] {
  const [n = 1, c = 1, h = 1, w = 1] = inputs[position]?.shape ?? [];
  return [n, Math.ceil(c / block), h, w, block];
}

/** Gradients of weight and bias, and the terms of dx; `emitSums` emits the phase that fills the threads' sums. */
function backwardTerms(
  { outputs, attrs }: PlanNode<BatchNormAttrs>,
  context: LowerContext,
  layout: ChannelLayout,
  [weight, mean, variance]: readonly [Pointer, Pointer, Pointer],
  emitSums: (sums: Pointer) => void,
): Pointer {
  const [, dweight, dbias] = operands(outputs);
  const sums = context.scratch(sumBytes(layout, context.threads));
  emitSums(sums);
  const gradients = { dweight: context.output(dweight), dbias: context.output(dbias) };
  const given = { weight, mean, variance, ...gradients };
  return emitBackwardTerms(context, layout, sums, given, attrs.eps);
}

const backward = lowering<BatchNormAttrs>((node, context) => {
  const [dy, x, weight, bias, mean, variance] = operands(node.inputs);
  const { block, storage, layout, from } = sourceOf(context, x);
  const gradient = context.input(dy, block, storage);
  const given = givenStatistics(context, weight, bias, mean, variance);
  const { scale, shift } = emitScale(context, layout, given, node.attrs.eps);
  const words = [from, ...layoutWords(layout), gradient];
  const vectors = [given.weight, given.mean, given.variance] as const;
  const terms = backwardTerms(node, context, layout, vectors, (sums) => {
    const kernel = storedKernel('batchNormReluBackwardSums', storage);
    context.emit(kernel, [...words, given.mean, sums, scale, shift, 0, 0]);
  });
  const dx = context.output(operands(node.outputs)[0], block, x, storage);
  const kernel = storedKernel('batchNormReluBackwardApply', storage);
  context.emit(kernel, [...words, terms, dx, shift]);
  return true;
});

const backwardAdd = lowering<BatchNormAttrs>((node, context) => {
  const [dy, x, weight, mean, variance, y] = operands(node.inputs);
  const [dx, , , dresidual] = operands(node.outputs);
  const { block, storage, layout, from } = sourceOf(context, x);
  const gradient = context.input(dy, block, storage);
  const result = context.input(y, block, storage);
  const vectors = [context.input(weight), context.input(mean), context.input(variance)] as const;
  const masked = context.output(dresidual, block, dy, storage);
  const words = [from, ...layoutWords(layout)];
  const terms = backwardTerms(node, context, layout, vectors, (sums) => {
    const sources = [gradient, vectors[1], sums, 0, 0, result, masked];
    context.emit(storedKernel('batchNormResidualBackwardSums', storage), [...words, ...sources]);
  });
  const to = context.output(dx, block, x, storage);
  const kernel = storedKernel('batchNormBackwardApply', storage);
  context.emit(kernel, [...words, masked.readonly(), terms, to, 0]);
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
  const vectors = [given.weight, given.mean, given.variance] as const;
  const terms = backwardTerms(node, context, layout, vectors, (sums) => {
    const pooled = layoutWords(channelLayout(dy, block));
    const words = [best, ...pooled, gradient, given.mean, sums, scale, shift, 0, 0];
    context.emit(storedKernel('batchNormReluBackwardSums', storage), words);
  });
  const places = context.input(index, block);
  const words = [from, ...imageWords(node, source, 1), terms, shift, gradient, best, places];
  const dx = context.output(operands(node.outputs)[0], block, x, storage);
  context.emit(storedKernel('batchNormReluPoolBackward', storage), [...words, dx]);
  return true;
});

export const batchNormFusedLowerings: Lowerings = {
  batchNormRelu: forward,
  batchNormReluBackward: backward,
  batchNormAddRelu: forward,
  batchNormAddReluBackward: backwardAdd,
  batchNormReluMaxPool: forwardMaxPool,
  batchNormReluMaxPoolBackward: backwardMaxPool,
  batchNormEvalRelu: evaluate,
  batchNormEvalAddRelu: evaluate,
};
