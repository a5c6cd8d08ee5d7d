/** Max pooling of `[N, C, H, W]` with the winners' places, and its gradient, on row-major tensors. */
import type { MaxPool2dAttrs } from '../../../graph/attrs/layers.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import type { Block } from '../../compiler/layout.js';
import { isTwoByTwo } from '../../compiler/lower/max-pool-windows.js';
import { lowering } from '../../compiler/lowering.js';

/** Words 4 … 17 of the max pooling kernels. */
export function poolWords(x: Value, y: Value, block: Block, attrs: MaxPool2dAttrs): number[] {
  const { kernelSize, stride, padding, dilation } = attrs;
  const [n = 1, c = 1, height = 1, width = 1] = x.shape;
  const [, , outHeight = 1, outWidth = 1] = y.shape;
  const planes = n * Math.ceil(c / block);
  const sizes = [planes, height, width, block, outHeight, outWidth];
  return [...sizes, ...kernelSize, ...stride, ...padding, ...dilation];
}

export const maxPool2dLowering = lowering<MaxPool2dAttrs>((node, context) => {
  const [x] = operands(node.inputs);
  const [y, indices] = operands(node.outputs);
  const kernel = isTwoByTwo(x, y, node.attrs) ? 'maxPoolPlanes2x2' : 'maxPoolPlanes';
  const words = poolWords(x, y, 1, node.attrs);
  const from = context.input(x);
  context.emit(kernel, [from, context.output(y), context.output(indices), 0, ...words]);
  return true;
});

export const maxPool2dBackwardLowering = lowering((node, context) => {
  const [dy, indices] = operands(node.inputs);
  const [dx] = operands(node.outputs);
  const [n = 1, c = 1, height = 1, width = 1] = dx.shape;
  const [, , outHeight = 1, outWidth = 1] = dy.shape;
  const gradient = context.input(dy);
  const sizes = [n * c, height, width, 1, outHeight, outWidth];
  const words = [gradient, context.output(dx), context.input(indices), 0, ...sizes];
  context.emit('maxPoolPlanesBackward', words);
  return true;
});
