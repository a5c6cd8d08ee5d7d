/** Softmax and its logarithm along one dimension, and their gradients, on row-major tensors. */
import { numel, type Shape } from '../../../core/shape.js';
import type { SoftmaxAttrs } from '../../../graph/attrs/reduction.js';
import { operands } from '../../../graph/op.js';
import { type Lowering, lowering } from '../../compiler/lowering.js';

/** The tensor as [outer][K][inner]. */
function linesOf(shape: Shape, dim: number) {
  const [outer, inner] = [numel(shape.slice(0, dim)), numel(shape.slice(dim + 1))];
  return { outer, size: shape[dim] ?? 1, inner };
}

function forward(kernel: 'softmax' | 'logSoftmax'): Lowering<SoftmaxAttrs> {
  return lowering<SoftmaxAttrs>((node, context) => {
    const [x] = operands(node.inputs);
    const [y] = operands(node.outputs);
    const lines = linesOf(x.shape, node.attrs.dim);
    context.emit(kernel, { x: context.input(x), y: context.output(y), ...lines });
    return true;
  });
}

function backward(kernel: 'softmaxBackward' | 'logSoftmaxBackward'): Lowering<SoftmaxAttrs> {
  return lowering<SoftmaxAttrs>((node, context) => {
    const [dy, y] = operands(node.inputs);
    const [dx] = operands(node.outputs);
    const lines = linesOf(y.shape, node.attrs.dim);
    const read = { dy: context.input(dy), y: context.input(y) };
    context.emit(kernel, { ...read, dx: context.output(dx), ...lines });
    return true;
  });
}

export const softmaxLowering = forward('softmax');
export const logSoftmaxLowering = forward('logSoftmax');
export const softmaxBackwardLowering = backward('softmaxBackward');
export const logSoftmaxBackwardLowering = backward('logSoftmaxBackward');
