/**
 * Phases of Winograd convolution along rows: when it is used, and how its strips are cut for the caches and the threads.
 *
 * Against float64 its results are off by 7e-7 of their root mean square (direct convolution: 3e-7).
 */
import type { Size2d } from '../../../core/shape.js';
import type { KernelArguments } from '../../compiler/kernel-name.js';
import { panelWidth, type StoredGeometry } from '../../compiler/lower/conv-geometry.js';
import type { LowerContext } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import { alignUp } from '../../pool/heap.js';
import { evenPieces } from './conv-direct.js';
import type { ConvTensor } from './conv-tensor.js';

/** Points at which a tile is evaluated: outputs + taps − 1. */
const points = 8;

/** Unused bytes after each of the eight matrices, as in kernels/winograd-rows-transforms.ts. */
const padBytes = 192;

/** A strip's tiles, before and after the product, should stay in the second-level cache. */
const stripBytes = 512 * 1024;

/** Multiply-adds below which direct convolution takes some tens of microseconds, and its smaller rounding is worth more. */
const worthwhile = 1 << 20;

/** Outputs of a tile: as many as eight points allow for the taps that meet every `stride`-th pixel. */
const outputsOf = (kernelWidth: number, stride: number) =>
  points + 1 - Math.ceil(kernelWidth / stride);

/** Terms of a sum below which the products take no longer than their transforms. */
const fewTerms = 32;

/** Whether Winograd along rows can compute a convolution of this geometry and pays. */
export function isWinogradRows(geometry: StoredGeometry): boolean {
  const { kernel, stride, channels } = geometry;
  return isWinogradRowsGradient(geometry) && kernel[0] * stride[1] * channels >= fewTerms;
}

/** The same of the gradient of its weights, whose sums run over pixels. */
export function isWinogradRowsGradient(geometry: StoredGeometry): boolean {
  const { batch, kernel, stride, dilation, groups, channels, outChannels, outSize } = geometry;
  const outputs = outputsOf(kernel[1], stride[1]);
  const products = points * Math.ceil(outSize[1] / outputs) * stride[1];
  return (
    (outputs === 4 || outputs === 5) &&
    dilation[0] === 1 &&
    dilation[1] === 1 &&
    groups === 1 &&
    !geometry.depthwise &&
    outChannels >= 8 &&
    products <= 0.6 * kernel[1] * outSize[1] &&
    batch * outSize[0] * outSize[1] * channels * outChannels * kernel[0] * kernel[1] >= worthwhile
  );
}

/** A convolution: forward, the gradient of the input (stride 1), or the gradient of the weights. */
export interface RowsConv {
  readonly images: number;
  readonly x: ConvTensor;
  readonly size: Size2d;
  /** The output, or in the weights' gradient the output's. */
  readonly y: ConvTensor;
  readonly outSize: Size2d;
  readonly kernel: Size2d;
  readonly stride: Size2d;
  readonly padding: Size2d;
  /** The weights or their gradient, and the bytes between channels of y and between channels of x. */
  readonly w: Pointer;
  readonly lane: number;
  readonly sum: number;
  readonly channels: number;
  readonly outChannels: number;
}

/** Forward, or the gradient of the input. */
export interface RowsProduct extends RowsConv {
  /** Whether the kernels are turned by 180°. */
  readonly flipped: boolean;
  /** A float for each stored channel of y. @default zeros */
  readonly add?: Pointer | undefined;
  readonly floor: number;
}

export function emitWinogradRows(context: LowerContext, conv: RowsProduct): void {
  const { kernel, x, y, stride } = conv;
  const lanes = stride[1] * x.blocks * x.block;
  const columns = y.blocks * y.block;
  const u = context.scratch(points * (kernel[0] * lanes * columns * 4 + padBytes));
  const { flipped, add, floor } = conv;
  const args = rowsArguments(context, conv, u, { flipped, add, floor });
  context.emit('winogradRowsWeights', {
    ...{ ...args, x: args.x.untouched(), y: args.y.untouched() },
    ...{ add: add?.untouched(), scratch: args.scratch.untouched() },
  });
  context.emit('winogradRows', { ...args, w: args.w.untouched() });
}

/** The weight gradient. */
export function emitWinogradRowsGradient(context: LowerContext, conv: RowsConv): void {
  const { kernel, x, y, stride } = conv;
  const lanes = stride[1] * x.blocks * x.block;
  const partBytes = points * kernel[0] * lanes * y.blocks * y.block * 4;
  const parts = context.threads;
  const sums = context.scratch(parts * partBytes);
  const args = rowsArguments(context, conv, sums, { parts, partBytes });
  context.emit('winogradRowsGradient', args);
  context.emit('winogradRowsTaps', args);
}

/** What not every kernel reads. */
interface RowsOptions {
  readonly flipped?: boolean;
  readonly add?: Pointer | undefined;
  readonly floor?: number;
  readonly parts?: number;
  readonly partBytes?: number;
}

/** What the kernels are told, for the transformed weights or the sums at `u`. */
function rowsArguments(
  context: LowerContext,
  conv: RowsConv,
  u: Pointer,
  options: RowsOptions,
): KernelArguments['winogradRows'] {
  const { x, y, images, size, outSize, kernel, stride, padding, w, lane, sum } = conv;
  const { flipped = false, add, floor = Number.NEGATIVE_INFINITY } = options;
  const { parts = 1, partBytes = 0 } = options;
  const outputs = outputsOf(kernel[1], stride[1]);
  const across = Math.ceil(outSize[1] / outputs);
  const { rowsPerStrip, bytes } = cutStrips(conv, outputs, across, context.threads);
  const scratch = context.threadScratch(bytes);
  return {
    x: x.pointer,
    xImage: x.imageBytes,
    xBlock: x.blockBytes,
    pixel: x.pixel,
    blocks: x.blocks,
    height: size[0],
    width: size[1],
    y: y.pointer,
    yImage: y.imageBytes,
    yBlock: y.blockBytes,
    yPixel: y.pixel,
    yBlocks: y.blocks,
    outHeight: outSize[0],
    outWidth: outSize[1],
    images,
    kernelHeight: kernel[0],
    kernelWidth: kernel[1],
    strideHeight: stride[0],
    strideWidth: stride[1],
    padTop: padding[0],
    padLeft: padding[1],
    w,
    lane,
    sum,
    flipped,
    channels: conv.channels,
    outChannels: conv.outChannels,
    outputs,
    across,
    rowsPerStrip,
    u,
    panelWidth: panelWidth(y.block),
    add,
    floor,
    parts,
    partBytes,
    scratch: scratch.pointer,
    scratchBytes: scratch.bytes,
  };
}

/** Output rows of a strip, and the scratch memory of a thread that works on one. */
function cutStrips(
  { x, y, images, kernel, stride, outSize }: RowsConv,
  outputs: number,
  across: number,
  threads: number,
) {
  const lanes = stride[1] * x.blocks * x.block;
  const tile = Math.ceil(lanes / 4) * 16;
  const matrices = (rows: number) => {
    const inputRows = (rows + Math.floor((kernel[0] - 1) / stride[0])) * stride[0];
    const values = across * (inputRows * tile + rows * y.blocks * y.pixel);
    return points * (values + 2 * padBytes);
  };
  let fitting = 1;
  while (fitting < outSize[0] && matrices(fitting + 1) <= stripBytes) fitting++;
  const rowsPerStrip = evenPieces(outSize[0], fitting, Math.ceil((4 * threads) / images));
  const row = 64 + ((across - 1) * outputs + points) * tile;
  const table = alignUp(kernel[0] * lanes * 4) + 128;
  return { rowsPerStrip, bytes: row + table + matrices(rowsPerStrip) };
}
