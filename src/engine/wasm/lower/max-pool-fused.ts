/**
 * Max pooling of `[N, C, H, W]` on whole vectors of channels, alone or after a relu, which commutes with it. The planner
 * makes these nodes of `maxPool2d` and its gradient where nobody else looks at the indices; attributes are those of
 * `maxPool2d`, and whether there is a relu.
 *
 *   maxPoolBlocked          x → y, index (uint8)
 *   maxPoolBlockedBackward  dy, index, y → dx
 *
 * index has the shape of y: the maximum's place u·kW + v in its window, so a window holds at most 256 elements.
 */
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import type { Pointer } from '../region.js';
import { vectorBlock } from './batch-norm-fused.js';
import { float, type LowerContext, type Lowering, lowering } from './context.js';
import { isTwoByTwo, type MaxPoolAttrs, poolWords } from './max-pool.js';

interface BlockedPoolAttrs extends MaxPoolAttrs {
  readonly relu: boolean;
}

/** Bytes from a window's first element to each of its elements. */
function tapTable(
  context: LowerContext,
  x: Value,
  block: number,
  attrs: BlockedPoolAttrs,
): Pointer {
  const [kernelH, kernelW] = attrs.kernelSize;
  const [dilationH, dilationW] = attrs.dilation;
  const width = x.shape[3] ?? 1;
  const taps = Int32Array.from({ length: kernelH * kernelW }, (_, k) => {
    const row = Math.floor(k / kernelW) * dilationH;
    return 4 * block * (row * width + (k % kernelW) * dilationW);
  });
  return context.table(taps);
}

const forward = lowering<BlockedPoolAttrs>((node, context) => {
  const [x] = operands(node.inputs);
  const [y, index] = operands(node.outputs);
  const block = vectorBlock(context, x);
  const from = context.input(x, block);
  const low = float(node.attrs.relu ? 0 : Number.NEGATIVE_INFINITY);
  const written = [context.output(y, block), context.output(index, block)];
  const words = [from, ...written, low, ...poolWords(x, y, block, node.attrs)];
  if (isTwoByTwo(x, y, node.attrs)) context.emit('maxPoolBlocks2x2', words);
  else context.emit('maxPoolBlocks', [...words, tapTable(context, x, block, node.attrs)]);
  return true;
});

const backward = lowering<BlockedPoolAttrs>((node, context) => {
  const [dy, index, y] = operands(node.inputs);
  const [dx] = operands(node.outputs);
  const block = vectorBlock(context, y);
  const gradient = context.input(dy, block);
  const places = context.input(index, block);
  const result = node.attrs.relu ? context.input(y, block) : 0;
  const to = context.output(dx, block);
  const words = [gradient, to, places, result, ...poolWords(dx, y, block, node.attrs)];
  if (isTwoByTwo(dx, y, node.attrs)) context.emit('maxPoolBlocks2x2Backward', words);
  else context.emit('maxPoolBlocksBackward', [...words, tapTable(context, dx, block, node.attrs)]);
  return true;
});

export const maxPoolFusedLowerings: Readonly<Record<string, Lowering>> = {
  maxPoolBlocked: forward,
  maxPoolBlockedBackward: backward,
};
