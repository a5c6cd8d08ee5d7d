/** Phases of direct convolution: packing weights, and `convDirect` on a tensor or on one phase of a strided gradient. */

import type { Size2d } from '../../../core/shape.js';
import type { KernelArguments } from '../../compiler/kernel-name.js';
import { panelWidth } from '../../compiler/lower/conv-geometry.js';
import type { Taps } from '../../compiler/lower/gradient-phases.js';
import type { LowerContext, PhaseOptions } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import { alignUp } from '../../pool/heap.js';
import { convArguments } from './conv-arguments.js';
import { type ConvTensor, perBlock } from './conv-tensor.js';

export interface PackedWeights {
  readonly pointer: Pointer;
  readonly panels: number;
  readonly width: number;
}

/** How the weight [O, I / groups, kH, kW] is read: which of its dimensions run across panels, and which taps. */
export interface WeightView {
  readonly pointer: Pointer;
  readonly groups: number;
  /** Output and input channels of a group, and the kernel's size. */
  readonly outChannels: number;
  readonly channels: number;
  readonly kernel: Size2d;
  /** Whether output channels run across panels (forward, weight gradient), or input channels (input gradient). */
  readonly across: 'outChannels' | 'channels';
  readonly taps: readonly [rows: Taps, columns: Taps];
}

/** Bytes of the packed weights of `view`, summed over blocks of `block` rows, for an output in blocks of `outBlock`. */
export function packedSize(view: WeightView, block: number, outBlock: number) {
  const isForward = view.across === 'outChannels';
  const columns = isForward ? view.outChannels : view.channels;
  const rows = isForward ? view.channels : view.outChannels;
  const width = panelWidth(outBlock);
  const panels = (Math.ceil(columns / outBlock) * outBlock) / width;
  const blocks = Math.ceil(rows / block);
  const [tapRows, tapColumns] = view.taps;
  const bytes =
    view.groups * panels * blocks * block * tapRows.count * tapColumns.count * width * 4;
  return { columns, rows, width, panels, blocks, bytes };
}

/** What `convPack` and `convUnpack` are told. */
export function packingArguments(
  context: LowerContext,
  view: WeightView,
  block: number,
  outBlock: number,
  packed: Pointer,
  partials: { readonly count: number; readonly bytes: number },
): KernelArguments['convPack'] {
  const { columns, rows, width, panels, blocks } = packedSize(view, block, outBlock);
  const { groups, channels, outChannels, kernel, taps } = view;
  const [tapRows, tapColumns] = taps;
  const inStep = kernel[0] * kernel[1] * 4;
  const outStep = channels * inStep;
  const isForward = view.across === 'outChannels';
  const scratch = context.threadScratch(kernel[0] * kernel[1] * 16);
  return {
    w: view.pointer,
    packed,
    groups,
    columns,
    rows,
    columnStep: isForward ? outStep : inStep,
    rowStep: isForward ? inStep : outStep,
    groupStep: outChannels * outStep,
    panels,
    panelWidth: width,
    blocks,
    block,
    taps: kernel[0] * kernel[1],
    tapRows: tapRows.count,
    tapColumns: tapColumns.count,
    firstTap: tapRows.first * kernel[1] + tapColumns.first,
    tapRowStep: tapRows.step * kernel[1],
    tapColumnStep: tapColumns.step,
    partials: partials.count,
    partialBytes: partials.bytes,
    scratch: scratch.pointer,
    scratchBytes: scratch.bytes,
  };
}

/** Emits the packing of `view` into scratch memory. */
export function packWeights(
  context: LowerContext,
  view: WeightView,
  block: number,
  outBlock: number,
): PackedWeights {
  const { panels, width, bytes } = packedSize(view, block, outBlock);
  const packed = context.scratch(bytes);
  const partials = { count: 1, bytes };
  context.emit('convPack', packingArguments(context, view, block, outBlock, packed, partials));
  return { pointer: packed.readonly(), panels, width };
}

/** The output channels' bias as the kernels add it: `padded` floats for the channels of a group. */
export function packBias(
  context: LowerContext,
  bias: Pointer,
  padded: number,
  { groups, channels }: { readonly groups: number; readonly channels: number },
): Pointer {
  if (padded === channels) return bias;
  const packed = context.scratch(groups * padded * 4);
  context.emit('convPackBias', { bias, padded: packed, groups, channels, width: padded });
  return packed.readonly();
}

/** A convolution of stride and dilation of its own; what the gradient's phases need beside the geometry. */
export interface DirectConv {
  readonly x: ConvTensor;
  readonly y: ConvTensor;
  readonly batch: number;
  readonly groups: number;
  readonly depthwise: boolean;
  readonly size: Size2d;
  readonly outSize: Size2d;
  readonly kernel: Size2d;
  readonly stride: Size2d;
  readonly dilation: Size2d;
  readonly padding: Size2d;
  readonly weights: PackedWeights;
  /** What is added to the sums before they are stored, none below `floor`. */
  readonly add?: Pointer | undefined;
  /** @default −∞; 0 fuses a ReLU and needs an `add`. */
  readonly floor?: number;
  /** Where the output's pixels lie: bytes from y's first, and y's pixels per output pixel. */
  readonly first: number;
  readonly every: Size2d;
}

/** Bytes between the blocks of a strip, `GAP` in kernels/conv-direct.ts. */
const gap = 64;

/** A strip's padded copy should stay in the second-level cache beside a panel of weights. */
const stripBytes = 256 * 1024;

export function emitDirect(context: LowerContext, conv: DirectConv, options?: PhaseOptions): void {
  const { depthwise, outSize, kernel, stride, dilation, weights } = conv;
  const x = depthwise ? perBlock(conv.x) : conv.x;
  const y = depthwise ? perBlock(conv.y) : conv.y;
  const groups = depthwise ? conv.y.blocks : conv.groups;
  const images = conv.batch * groups;
  const reach = [dilation[0] * (kernel[0] - 1) + 1, dilation[1] * (kernel[1] - 1) + 1] as const;
  const rowBytes = ((outSize[1] - 1) * stride[1] + reach[1]) * x.pixel * x.blocks;
  const inputRows = (rows: number) => (rows - 1) * stride[0] + reach[0];
  const fitting = Math.floor((stripBytes / rowBytes - reach[0]) / stride[0]) + 1;
  const pieces = Math.ceil((4 * context.threads) / images);
  const rowsPerStrip = evenPieces(outSize[0], Math.max(fitting, 1), pieces);
  const terms = x.blocks * (depthwise ? 1 : x.block) * kernel[0] * kernel[1];
  const tableBytes = alignUp(terms * 4);
  const args = convArguments({
    ...conv,
    x,
    y,
    images,
    groups,
    w: weights.pointer,
    panels: depthwise ? weights.panels / groups : weights.panels,
    width: weights.width,
    rowsPerStrip,
    scratch: context.threadScratch(
      tableBytes + inputRows(rowsPerStrip) * rowBytes + x.blocks * gap,
    ),
    tableBytes,
    add: conv.add,
    floor: conv.floor ?? Number.NEGATIVE_INFINITY,
    partialBytes: 0,
    imagesPerPass: 1,
    byBlocks: false,
  });
  context.emit(depthwise ? 'convDepthwise' : 'convDirect', args, options);
}

/** Size of the pieces of `total` when it is cut into at least `pieces` of about the same size, none above `largest`. */
export function evenPieces(total: number, largest: number, pieces: number): number {
  const count = Math.min(total, Math.max(pieces, Math.ceil(total / largest)));
  return Math.ceil(total / count);
}
