/** Ops that only move elements of four bytes: permutation, repetition, concatenation, slices. Row-major on both sides. */

import { itemSize } from '../../../core/dtype.js';
import { numel, type Shape, stridesOf } from '../../../core/shape.js';
import type { DimAttrs, PermuteAttrs, SliceAttrs } from '../../../graph/attrs/movement.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import { broadcastStrides } from '../../compiler/broadcast.js';
import { lowering } from '../../compiler/lowering.js';
import type { Lowerings } from '../../compiler/target.js';
import { emitCopy } from './strided-copy.js';

const fourBytes = (...values: readonly Value[]) =>
  values.every(({ dtype }) => dtype === values[0]?.dtype && itemSize(dtype) === 4);

const permute = lowering<PermuteAttrs>((node, context) => {
  const [x] = operands(node.inputs);
  const [y] = operands(node.outputs);
  if (!fourBytes(x)) return false;
  const strides = stridesOf(x.shape);
  const order = node.attrs.dims.map((d) => strides[d] ?? 0);
  emitCopy(context, context.input(x), context.output(y), y.shape, order);
  return true;
});

const expand = lowering((node, context) => {
  const [x] = operands(node.inputs);
  const [y] = operands(node.outputs);
  if (!fourBytes(x)) return false;
  const strides = broadcastStrides(x.shape, y.shape);
  emitCopy(context, context.input(x), context.output(y), y.shape, strides);
  return true;
});

const copy = lowering((node, context) => {
  const [target, x] = operands(node.inputs);
  const [y] = operands(node.outputs);
  if (!fourBytes(target, x)) return false;
  const from = context.input(x);
  emitCopy(context, from, context.output(y), y.shape, broadcastStrides(x.shape, y.shape));
  return true;
});

const cat = lowering<DimAttrs>((node, context) => {
  const [y] = operands(node.outputs);
  if (!fourBytes(y, ...node.inputs)) return false;
  const from = node.inputs.map((x) => context.input(x));
  const to = context.output(y);
  const strides = stridesOf(y.shape);
  let start = 0;
  node.inputs.forEach(({ shape }, i) => {
    const source = from[i];
    if (source === undefined || numel(shape) === 0) return;
    const place = to.at(4 * start * (strides[node.attrs.dim] ?? 0));
    emitCopy(context, source, place, shape, stridesOf(shape), strides);
    start += shape[node.attrs.dim] ?? 0;
  });
  return true;
});

/** Strides of a walk over a slice in the whole, and the bytes before its first element. */
function sliceOf(shape: Shape, { starts, steps }: SliceAttrs) {
  const whole = stridesOf(shape);
  return {
    strides: whole.map((stride, d) => stride * (steps[d] ?? 1)),
    start: 4 * whole.reduce((sum, stride, d) => sum + stride * (starts[d] ?? 0), 0),
  };
}

const slice = lowering<SliceAttrs>((node, context) => {
  const [x] = operands(node.inputs);
  const [y] = operands(node.outputs);
  if (!fourBytes(x) || numel(y.shape) === 0) return false;
  const { strides, start } = sliceOf(x.shape, node.attrs);
  emitCopy(context, context.input(x).at(start), context.output(y), y.shape, strides);
  return true;
});

const sliceBackward = lowering<SliceAttrs>((node, context) => {
  const [dy] = operands(node.inputs);
  const [dx] = operands(node.outputs);
  if (!fourBytes(dy) || numel(dy.shape) === 0) return false;
  const { strides, start } = sliceOf(dx.shape, node.attrs);
  const from = context.input(dy);
  const to = context.output(dx);
  context.emit('zero', { to, count: numel(dx.shape) });
  emitCopy(context, from, to.at(start), dy.shape, stridesOf(dy.shape), strides);
  return true;
});

export const movementLowerings: Lowerings = {
  permute,
  expand,
  copy,
  cat,
  slice,
  sliceBackward,
};
