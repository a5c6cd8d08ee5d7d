/** Phases of direct convolution: packing weights, and `convDirect` on a tensor or on one phase of a strided gradient. */
import type { Size2d } from '../../../core/shape.js';
import type { Pointer } from '../region.js';
import { float, type LowerContext } from './context.js';
import { panelWidth } from './conv-geometry.js';
import type { ConvTensor } from './conv-tensor.js';
import { convWords, packWords } from './conv-words.js';

/** Taps of a kernel along one dimension, as `count` steps of `step` from `first`. */
export interface Taps {
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

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

/** The argument words of `convPack` and `convUnpack`. */
export function packingWords(
  view: WeightView,
  block: number,
  outBlock: number,
  packed: Pointer,
  partials: { readonly count: number; readonly bytes: number },
) {
  const { columns, rows, width, panels, blocks } = packedSize(view, block, outBlock);
  const { groups, channels, outChannels, kernel, taps } = view;
  const [tapRows, tapColumns] = taps;
  const inStep = kernel[0] * kernel[1] * 4;
  const outStep = channels * inStep;
  const isForward = view.across === 'outChannels';
  return packWords({
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
    tapRows: tapRows.count,
    tapColumns: tapColumns.count,
    firstTap: (tapRows.first * kernel[1] + tapColumns.first) * 4,
    tapRowStep: tapRows.step * kernel[1] * 4,
    tapColumnStep: tapColumns.step * 4,
    partials: partials.count,
    partialBytes: partials.bytes,
  });
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
  context.emit('convPack', packingWords(view, block, outBlock, packed, partials));
  return { pointer: packed.readonly(), panels, width };
}

/** The output channels' bias as the kernel adds it: padded to whole panels. */
export function packBias(
  context: LowerContext,
  bias: Pointer,
  { panels, width }: PackedWeights,
  { groups, channels }: { readonly groups: number; readonly channels: number },
): Pointer {
  const padded = panels * width;
  if (padded === channels) return bias;
  const packed = context.scratch(groups * padded * 4);
  context.emit('convPackBias', [bias, packed, groups, channels, padded]);
  return packed.readonly();
}

/** A convolution of stride and dilation of its own; what the gradient's phases need beside the geometry. */
export interface DirectConv {
  readonly x: ConvTensor;
  readonly y: ConvTensor;
  readonly images: number;
  readonly groups: number;
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

/** A strip's padded copy should stay in the second-level cache beside a panel of weights. */
const stripBytes = 256 * 1024;

export function emitDirect(context: LowerContext, conv: DirectConv): void {
  const { x, y, size, outSize, kernel, stride, dilation, padding, weights, every } = conv;
  const reach = [dilation[0] * (kernel[0] - 1) + 1, dilation[1] * (kernel[1] - 1) + 1] as const;
  const rowBytes = ((outSize[1] - 1) * stride[1] + reach[1]) * x.pixel * x.blocks;
  const inputRows = (rows: number) => (rows - 1) * stride[0] + reach[0];
  const fitting = Math.floor((stripBytes / rowBytes - reach[0]) / stride[0]) + 1;
  const rowsPerStrip = evenPieces(
    outSize[0],
    Math.max(fitting, 1),
    Math.ceil((4 * context.threads) / conv.images),
  );
  const tableBytes = roundUp(x.blocks * x.block * kernel[0] * kernel[1] * 4);
  const scratch = context.threadScratch(tableBytes + inputRows(rowsPerStrip) * rowBytes);
  context.emit(
    'convDirect',
    convWords({
      x: x.pointer,
      xImage: x.imageBytes,
      xBlock: x.blockBytes,
      pixel: x.pixel,
      blocks: x.blocks,
      height: size[0],
      width: size[1],
      y: y.pointer.at(conv.first),
      yImage: y.imageBytes,
      yBlock: y.blockBytes,
      yRow: y.rowBytes * every[0],
      yPixel: y.pixel * every[1],
      panelsPerBlock: y.block / weights.width,
      outHeight: outSize[0],
      outWidth: outSize[1],
      w: weights.pointer,
      panels: weights.panels,
      panelWidth: weights.width,
      images: conv.images,
      groups: conv.groups,
      kernelHeight: kernel[0],
      kernelWidth: kernel[1],
      strideHeight: stride[0],
      strideWidth: stride[1],
      dilationHeight: dilation[0],
      dilationWidth: dilation[1],
      padTop: padding[0],
      padLeft: padding[1],
      rowsPerStrip,
      scratch: scratch.pointer,
      scratchBytes: scratch.bytes,
      tableBytes,
      add: conv.add ?? 0,
      floor: float(conv.floor ?? Number.NEGATIVE_INFINITY),
      partialBytes: 0,
      imagesPerPass: 1,
      byBlocks: 0,
    }),
  );
}

/** Size of the pieces of `total` when it is cut into at least `pieces` of about the same size, none above `largest`. */
export function evenPieces(total: number, largest: number, pieces: number): number {
  const count = Math.min(total, Math.max(pieces, Math.ceil(total / largest)));
  return Math.ceil(total / count);
}

export const roundUp = (bytes: number) => Math.ceil(bytes / 64) * 64;
