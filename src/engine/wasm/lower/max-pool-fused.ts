/**
 * Max pooling of `[N, C, H, W]` on whole vectors of channels, alone or after a relu, which commutes with it. The compiler
 * makes these nodes of `maxPool2d` and its gradient where nobody else looks at the indices; attributes are those of
 * `maxPool2d`, and whether there is a relu.
 *
 *   maxPoolBlocked          x → y, index (uint8)
 *   maxPoolBlockedBackward  dy, index, y → dx
 *
 * index has the shape of y: the maximum's place u·kW + v in its window, so a window holds at most 256 elements.
 */
import { numel } from '../../../core/shape.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import { storedSize } from '../../compiler/layout.js';
import { isTwoByTwo } from '../../compiler/lower/max-pool-windows.js';
import { storedKernel } from '../../compiler/lower/stored-kernel.js';
import { float, type LowerContext, lowering, type Word } from '../../compiler/lowering.js';
import type { BlockedPoolAttrs } from '../../compiler/node-attrs.js';
import type { Pointer } from '../../compiler/region.js';
import type { Lowerings } from '../../compiler/target.js';
import type { Precision } from '../../precision.js';
import { vectorBlock } from './batch-norm-fused.js';
import { poolWords } from './max-pool.js';

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
  const [y, index] = operands(node.outputs);
  const block = vectorBlock(context, x);
  const storage = context.storageOf(x);
  const from = context.input(x, block, storage);
  const low = float(node.attrs.relu ? 0 : Number.NEGATIVE_INFINITY);
  const to = context.output(y, block, undefined, storage);
  const words = [
    ...[from, to, context.output(index, block), low],
    ...poolWords(x, y, block, node.attrs),
  ];
  if (isTwoByTwo(x, y, node.attrs)) {
    context.emit(storedKernel('maxPoolBlocks2x2', storage), words);
    return true;
  }
  const taps = tapTable(context, x, block, storage, node.attrs);
  context.emit(storedKernel('maxPoolBlocks', storage), [...words, taps]);
  return true;
});

const backward = lowering<BlockedPoolAttrs>((node, context) => {
  const [dy, index, y] = operands(node.inputs);
  const [dx] = operands(node.outputs);
  const block = vectorBlock(context, y);
  const storage = context.storageOf(y);
  const gradient = context.input(dy, block, storage);
  const places = context.input(index, block);
  const result = node.attrs.relu ? context.input(y, block, storage) : 0;
  const to = context.output(dx, block, undefined, storage);
  const words: Word[] = [gradient, to, places, result, ...poolWords(dx, y, block, node.attrs)];
  if (isTwoByTwo(dx, y, node.attrs)) {
    context.emit(storedKernel('maxPoolBlocks2x2Backward', storage), words);
    return true;
  }
  words.push(tapTable(context, dx, block, 'float32', node.attrs));
  if (storage === 'bfloat16') {
    const plane = context.threadScratch(4 * block * numel(dx.shape.slice(2)));
    words.push(plane.pointer, plane.bytes);
  }
  context.emit(storedKernel('maxPoolBlocksBackward', storage), words);
  return true;
});

export const maxPoolFusedLowerings: Lowerings = {
  maxPoolBlocked: forward,
  maxPoolBlockedBackward: backward,
};
