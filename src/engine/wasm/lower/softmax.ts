/** Softmax and its logarithm along one dimension, and their gradients, on row-major tensors. */
import { numel, type Shape } from '../../../core/shape.js';
import type { SoftmaxAttrs } from '../../../graph/attrs/reduction.js';
import { operands } from '../../../graph/op.js';
import type { KernelName } from '../../compiler/kernel-name.js';
import { type Lowering, lowering } from '../../compiler/lowering.js';

/** The tensor as [outer][K][inner]. */
function linesOf(shape: Shape, dim: number): [outer: number, size: number, inner: number] {
  return [numel(shape.slice(0, dim)), shape[dim] ?? 1, numel(shape.slice(dim + 1))];
}

function forward(kernel: KernelName): Lowering<SoftmaxAttrs> {
  return lowering<SoftmaxAttrs>((node, context) => {
    const [x] = operands(node.inputs);
    const [y] = operands(node.outputs);
    const lines = linesOf(x.shape, node.attrs.dim);
    context.emit(kernel, [context.input(x), context.output(y), ...lines]);
    return true;
  });
}

function backward(kernel: KernelName): Lowering<SoftmaxAttrs> {
  return lowering<SoftmaxAttrs>((node, context) => {
    const [dy, y] = operands(node.inputs);
    const [dx] = operands(node.outputs);
    const lines = linesOf(y.shape, node.attrs.dim);
    context.emit(kernel, [context.input(dy), context.input(y), context.output(dx), ...lines]);
    return true;
  });
}

export const softmaxLowering = forward('softmax');
export const logSoftmaxLowering = forward('logSoftmax');
export const softmaxBackwardLowering = backward('softmaxBackward');
export const logSoftmaxBackwardLowering = backward('logSoftmaxBackward');
