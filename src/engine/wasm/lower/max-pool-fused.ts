/**
 * Max pooling of `[N, C, H, W]` on whole vectors of channels, alone or after a relu, which commutes with it. The compiler
 * makes these nodes of `maxPool2d` and its gradient where nobody else looks at the indices; attributes are those of
 * `maxPool2d`, and whether there is a relu.
 *
 *   maxPoolBlocked          x → y, and for a gradient index (uint8)
 *   maxPoolBlockedBackward  dy, index, y → dx
 *
 * index has the shape of y: the maximum's place u·kW + v in its window, so a window holds at most 256 elements.
 */
import { numel } from '../../../core/shape.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import { storedSize } from '../../compiler/layout.js';
import { isTwoByTwo } from '../../compiler/lower/max-pool-windows.js';
import { type LowerContext, lowering } from '../../compiler/lowering.js';
import type { BlockedPoolAttrs } from '../../compiler/node-attrs.js';
import type { Pointer } from '../../compiler/region.js';
import type { Lowerings } from '../../compiler/target.js';
import type { Precision } from '../../precision.js';
import { vectorBlock } from './batch-norm-fused.js';
import { poolWindows } from './max-pool.js';
import { storedKernel } from './stored-kernel.js';

/** Bytes from a window's first element to each of its elements, where they are stored so. */
function tapTable(
  context: LowerContext,
  x: Value,
  block: number,
  storage: Precision,
  attrs: BlockedPoolAttrs,
): Pointer {
  const [kernelH, kernelW] = attrs.kernelSize;
  const [dilationH, dilationW] = attrs.dilation;
  const width = x.shape[3] ?? 1;
  const size = storedSize(x.dtype, storage);
  const taps = Int32Array.from({ length: kernelH * kernelW }, (_, k) => {
    const row = Math.floor(k / kernelW) * dilationH;
    return size * block * (row * width + (k % kernelW) * dilationW);
  });
  return context.table(taps);
}

const forward = lowering<BlockedPoolAttrs>((node, context) => {
  const [x] = operands(node.inputs);
  const [y] = operands(node.outputs);
  const index = node.outputs[1];
  const block = vectorBlock(context, x);
  const storage = context.storageOf(x);
  const from = context.input(x, block, storage);
  const told = {
    x: from,
    y: context.output(y, block, undefined, storage),
    index: index && context.output(index, block),
    low: node.attrs.relu ? 0 : Number.NEGATIVE_INFINITY,
    ...poolWindows(x, y, block, node.attrs),
    groups: Math.ceil((x.shape[1] ?? 1) / block),
  };
  if (isTwoByTwo(x, y, node.attrs)) {
    context.emit(storedKernel('maxPoolBlocks2x2', storage), told);
    return true;
  }
  const taps = tapTable(context, x, block, storage, node.attrs);
  context.emit(storedKernel('maxPoolBlocks', storage), { ...told, taps });
  return true;
});

const backward = lowering<BlockedPoolAttrs>((node, context) => {
  const [dy, index, y] = operands(node.inputs);
  const [dx] = operands(node.outputs);
  const block = vectorBlock(context, y);
  const storage = context.storageOf(y);
  const told = {
    dy: context.input(dy, block, storage),
    index: context.input(index, block),
    y: node.attrs.relu ? context.input(y, block, storage) : undefined,
    dx: context.output(dx, block, undefined, storage),
    ...poolWindows(dx, y, block, node.attrs),
  };
  if (isTwoByTwo(dx, y, node.attrs)) {
    context.emit(storedKernel('maxPoolBlocks2x2Backward', storage), told);
    return true;
  }
  const taps = tapTable(context, dx, block, 'float32', node.attrs);
  const plane =
    storage === 'bfloat16'
      ? context.threadScratch(4 * block * numel(dx.shape.slice(2)))
      : undefined;
  context.emit(storedKernel('maxPoolBlocksBackward', storage), {
    ...{ ...told, taps, scratch: plane?.pointer, scratchBytes: plane?.bytes ?? 0 },
  });
  return true;
});

export const maxPoolFusedLowerings: Lowerings = {
  maxPoolBlocked: forward,
  maxPoolBlockedBackward: backward,
};
