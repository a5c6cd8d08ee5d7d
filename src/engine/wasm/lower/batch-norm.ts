/** Batch normalisation: `[N, C]`, `[N, C, L]` or `[N, C, H, W]`, in whatever layout and storage the input is. */
import type { BatchNormAttrs } from '../../../graph/attrs/layers.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import { type LowerContext, lowering } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import { type ChannelLayout, channelLayout, storedChannels, sumBytes } from './channel-layout.js';
import { storedKernel } from './stored-kernel.js';

/** Per channel, with those that fill the last block: y = x · scale + shift. */
export interface ChannelScale {
  readonly scale: Pointer;
  readonly shift: Pointer;
}

/** What the statistics of a batch are computed from, and where they go. */
export interface Statistics {
  readonly weight: Pointer;
  readonly bias: Pointer;
  readonly mean: Pointer;
  readonly variance: Pointer;
}

/** Mean and variance of x, and the scale that normalises it. */
export function emitStatistics(
  context: LowerContext,
  layout: ChannelLayout,
  x: Pointer,
  statistics: Statistics,
  eps: number,
): ChannelScale {
  const sums = context.scratch(sumBytes(layout, context.threads));
  const { scale, shift } = newScale(context, layout);
  const told = { x, ...layout, sums };
  context.emit(storedKernel('batchNormSums', layout.storage), told);
  context.emit(storedKernel('batchNormStatistics', layout.storage), {
    ...{ ...told, ...statistics, scale, shift, eps },
  });
  return { scale: scale.readonly(), shift: shift.readonly() };
}

/** The scale of given statistics. */
export function emitScale(
  context: LowerContext,
  layout: ChannelLayout,
  statistics: Statistics,
  eps: number,
): ChannelScale {
  const { scale, shift } = newScale(context, layout);
  const stored = storedChannels(layout);
  context.emit('batchNormScale', { ...layout, stored, ...statistics, scale, shift, eps });
  return { scale: scale.readonly(), shift: shift.readonly() };
}

function newScale(context: LowerContext, layout: ChannelLayout): ChannelScale {
  const bytes = 4 * Math.ceil(storedChannels(layout) / 4) * 4;
  return { scale: context.scratch(bytes), shift: context.scratch(bytes) };
}

/** What the gradients of weight and bias are computed from, and where they go. */
export interface ParameterGradients {
  readonly mean: Pointer;
  readonly variance: Pointer;
  readonly weight: Pointer;
  readonly dweight: Pointer;
  readonly dbias: Pointer;
}

/** Gradients of weight and bias from the threads' `sums`; returns the per-channel terms of dx. */
export function emitBackwardTerms(
  context: LowerContext,
  layout: ChannelLayout,
  sums: Pointer,
  gradients: ParameterGradients,
  eps: number,
): Pointer {
  const stored = storedChannels(layout);
  const terms = context.scratch(4 * 4 * stored);
  context.emit('batchNormBackwardTerms', { sums, ...layout, stored, ...gradients, terms, eps });
  return terms.readonly();
}

/** Statistics that the node computes. */
export function newStatistics(
  context: LowerContext,
  weight: Value,
  bias: Value,
  mean: Value,
  variance: Value,
): Statistics {
  return {
    weight: context.input(weight),
    bias: context.input(bias),
    mean: context.output(mean),
    variance: context.output(variance),
  };
}

/** Statistics that the node is given. */
export function givenStatistics(
  context: LowerContext,
  weight: Value,
  bias: Value,
  mean: Value,
  variance: Value,
): Statistics {
  return {
    weight: context.input(weight),
    bias: context.input(bias),
    mean: context.input(mean),
    variance: context.input(variance),
  };
}

/** What results of any size lie in. */
const unbounded = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

export const batchNormLowering = lowering<BatchNormAttrs>((node, context) => {
  const [x, weight, bias] = operands(node.inputs);
  const [y, mean, variance] = operands(node.outputs);
  const block = context.blockOf(x);
  const storage = context.storageOf(x);
  const layout = channelLayout(x, block, storage);
  const from = context.input(x, block, storage);
  const statistics = newStatistics(context, weight, bias, mean, variance);
  const { scale, shift } = emitStatistics(context, layout, from, statistics, node.attrs.eps);
  const to = context.output(y, block, x, storage);
  const told = { x: from, ...layout, scale, shift, y: to };
  context.emit(storedKernel('batchNormApply', storage), {
    ...{ ...told, ...unbounded, residual: undefined },
  });
  return true;
});

export const batchNormEvalLowering = lowering<BatchNormAttrs>((node, context) => {
  const [x, weight, bias, mean, variance] = operands(node.inputs);
  const [y] = operands(node.outputs);
  const block = context.blockOf(x);
  const storage = context.storageOf(x);
  const layout = channelLayout(x, block, storage);
  const from = context.input(x, block, storage);
  const statistics = givenStatistics(context, weight, bias, mean, variance);
  const { scale, shift } = emitScale(context, layout, statistics, node.attrs.eps);
  const to = context.output(y, block, x, storage);
  const told = { x: from, ...layout, scale, shift, y: to };
  context.emit(storedKernel('batchNormApply', storage), {
    ...{ ...told, ...unbounded, residual: undefined },
  });
  return true;
});

export const batchNormBackwardLowering = lowering<BatchNormAttrs>((node, context) => {
  const [dy, x, weight, mean, variance] = operands(node.inputs);
  const [dx, dweight, dbias] = operands(node.outputs);
  const block = context.blockOf(x);
  const storage = context.storageOf(x);
  const layout = channelLayout(x, block, storage);
  const gradient = context.input(dy, block, storage);
  const from = context.input(x, block, storage);
  const center = context.input(mean);
  const sums = context.scratch(sumBytes(layout, context.threads));
  const told = { x: from, ...layout, dy: gradient };
  context.emit(storedKernel('batchNormBackwardSums', storage), { ...told, mean: center, sums });
  const statistics = {
    mean: center,
    variance: context.input(variance),
    weight: context.input(weight),
    dweight: context.output(dweight),
    dbias: context.output(dbias),
  };
  const terms = emitBackwardTerms(context, layout, sums, statistics, node.attrs.eps);
  const to = context.output(dx, block, x, storage);
  context.emit(storedKernel('batchNormBackwardApply', storage), { ...told, terms, dx: to });
  return true;
});
