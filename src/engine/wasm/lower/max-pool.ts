/** Max pooling of `[N, C, H, W]` with the winners' places, and its gradient, on row-major tensors. */
import type { MaxPool2dAttrs } from '../../../graph/attrs/layers.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import { type Block, ROWS } from '../../compiler/layout.js';
import { isTwoByTwo } from '../../compiler/lower/max-pool-windows.js';
import { lowering } from '../../compiler/lowering.js';

function sizesOf(x: Value, y: Value, block: Block) {
  const [n = 1, c = 1, height = 1, width = 1] = x.shape;
  const [, , outHeight = 1, outWidth = 1] = y.shape;
  return { planes: n * Math.ceil(c / block), height, width, block, outHeight, outWidth };
}

/** Sizes and windows, as the max pooling kernels take them. */
export function poolWindows(x: Value, y: Value, block: Block, attrs: MaxPool2dAttrs) {
  const [kernelH, kernelW] = attrs.kernelSize;
  const [strideH, strideW] = attrs.stride;
  const [paddingH, paddingW] = attrs.padding;
  const [dilationH, dilationW] = attrs.dilation;
  return {
    ...{ ...sizesOf(x, y, block), kernelH, kernelW, strideH, strideW },
    ...{ paddingH, paddingW, dilationH, dilationW },
  };
}

export const maxPool2dLowering = lowering<MaxPool2dAttrs>((node, context) => {
  const [x] = operands(node.inputs);
  const [y, indices] = operands(node.outputs);
  const kernel = isTwoByTwo(x, y, node.attrs) ? 'maxPoolPlanes2x2' : 'maxPoolPlanes';
  context.emit(kernel, {
    x: context.input(x),
    y: context.output(y),
    index: context.output(indices),
    ...poolWindows(x, y, ROWS, node.attrs),
  });
  return true;
});

export const maxPool2dBackwardLowering = lowering((node, context) => {
  const [dy, indices] = operands(node.inputs);
  const [dx] = operands(node.outputs);
  context.emit('maxPoolPlanesBackward', {
    dy: context.input(dy),
    dx: context.output(dx),
    index: context.input(indices),
    ...sizesOf(dx, dy, ROWS),
  });
  return true;
});
