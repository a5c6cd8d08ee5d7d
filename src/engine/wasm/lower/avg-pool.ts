/** Average and adaptive average pooling, forward and backward: `[N, C, H, W]` in whatever layout it is stored. */
import type { Shape } from '../../../core/shape.js';
import type { AvgPool2dAttrs } from '../../../graph/attrs/layers.js';
import type { Value } from '../../../graph/graph.js';
import { operands } from '../../../graph/op.js';
import { type Block, ROWS } from '../../compiler/layout.js';
import { type LowerContext, lowering } from '../../compiler/lowering.js';
import type { PlanNode } from '../../compiler/plan-node.js';
import {
  adaptiveWindows,
  coverTable,
  slidingWindows,
  type Window,
  windowTable,
} from './pool-windows.js';
import { storedKernel } from './stored-kernel.js';

type WindowsOf = (size: number, count: number, axis: 0 | 1) => Window[];

/** The block in which a pooling kernel takes a tensor stored in `block`: row-major, or whole vectors of channels. */
export function poolBlock(block: Block): Block {
  return block % 4 === 0 ? block : ROWS;
}

/**
 * The block of a gradient. One pixel per plane lies in every layout as it is: the one that convolutions want is chosen,
 * whole vectors, and all channels in bfloat16.
 */
function gradientBlock(context: LowerContext, dy: Value): Block {
  const [, channels = 1, height = 1, width = 1] = dy.shape;
  if (height * width > 1 || channels % 16 !== 0) return poolBlock(context.blockOf(dy));
  return context.storageOf(dy) === 'bfloat16' ? channels : 16;
}

/** Planes, sizes and windows, as both kernels take them. */
function geometry(context: LowerContext, x: Shape, y: Shape, block: Block, windowsOf: WindowsOf) {
  const [n = 1, c = 1, height = 1, width = 1] = x;
  const [, , outHeight = 1, outWidth = 1] = y;
  const rows = windowsOf(height, outHeight, 0);
  const columns = windowsOf(width, outWidth, 1);
  const args = {
    ...{ planes: n * Math.ceil(c / block), height, width, block, outHeight, outWidth },
    rowWindows: context.table(windowTable(rows)),
    columnWindows: context.table(windowTable(columns)),
  };
  return { args, rows, columns };
}

function lowerForward(node: PlanNode, context: LowerContext, windowsOf: WindowsOf): boolean {
  const [x] = operands(node.inputs);
  const [y] = operands(node.outputs);
  const block = poolBlock(context.blockOf(x));
  const { args } = geometry(context, x.shape, y.shape, block, windowsOf);
  const storage = context.storageOf(x);
  const from = context.input(x, block, storage);
  const to = context.output(y, block, undefined, storage);
  context.emit(storedKernel('avgPool', storage), { x: from, y: to, ...args });
  return true;
}

function lowerBackward(node: PlanNode, context: LowerContext, windowsOf: WindowsOf): boolean {
  const [dy] = operands(node.inputs);
  const [dx] = operands(node.outputs);
  const block = gradientBlock(context, dy);
  const { args, rows, columns } = geometry(context, dx.shape, dy.shape, block, windowsOf);
  const [, , height = 1, width = 1] = dx.shape;
  const storage = context.storageOf(dy);
  const from = context.input(dy, block, storage);
  const to = context.output(dx, block, undefined, storage);
  context.emit(storedKernel('avgPoolBackward', storage), {
    ...{ dy: from, dx: to, ...args },
    rowCovers: context.table(coverTable(rows, height)),
    columnCovers: context.table(coverTable(columns, width)),
  });
  return true;
}

const sliding =
  (attrs: AvgPool2dAttrs): WindowsOf =>
  (size, count, axis) =>
    slidingWindows(size, count, attrs, axis);

export const avgPool2dLowering = lowering<AvgPool2dAttrs>((node, context) =>
  lowerForward(node, context, sliding(node.attrs)),
);
export const avgPool2dBackwardLowering = lowering<AvgPool2dAttrs>((node, context) =>
  lowerBackward(node, context, sliding(node.attrs)),
);
export const adaptiveAvgPool2dLowering = lowering((node, context) =>
  lowerForward(node, context, adaptiveWindows),
);
export const adaptiveAvgPool2dBackwardLowering = lowering((node, context) =>
  lowerBackward(node, context, adaptiveWindows),
);
