/** The gradient of conv2d's weight: packed partial sums, then their sum in PyTorch's order. */
import { internalError } from '../../../core/errors.js';
import type { Conv2dAttrs } from '../../../graph/attrs/layers.js';
import {
  convGeometry,
  isEmpty,
  outputBlock,
  storedGeometry,
} from '../../compiler/lower/conv-geometry.js';
import { isWinograd } from '../../compiler/lower/winograd-choice.js';
import { type LowerContext, lowering } from '../../compiler/lowering.js';
import type { PlanNode } from '../../compiler/plan-node.js';
import { alignUp } from '../../pool/heap.js';
import { convArguments } from './conv-arguments.js';
import { evenPieces, packedSize, packingArguments, type WeightView } from './conv-direct.js';
import { inputBlock, perBlock, readTensor } from './conv-tensor.js';
import { emitWinogradGradient } from './conv-winograd.js';
import { emitWinogradRowsGradient, isWinogradRowsGradient } from './conv-winograd-rows.js';

/** Pixels that a tile of the gradient sums over at once: their dy and x should stay in the first-level cache. */
const pixelsPerPass = 512;

function lowerBackwardWeight(node: PlanNode<Conv2dAttrs>, context: LowerContext): boolean {
  const [x, dy] = node.inputs;
  const [dw] = node.outputs;
  if (x === undefined || dy === undefined || dw === undefined)
    throw internalError('conv2dBackwardWeight without input, gradient or output');
  if (dw.dtype !== 'float32' || [x.shape, dy.shape].some(isEmpty)) return false;

  const geometry = storedGeometry(convGeometry(x.shape, dw.shape, dy.shape, node.attrs));
  const { batch, groups, channels, inChannels, outChannels, size, outSize, kernel } = geometry;
  const { stride, dilation, padding, depthwise } = geometry;
  const { threads } = context;
  const outBlock = outputBlock(outChannels);
  const read = { batch, groups, channels: inChannels, size };
  const isFast = context.winograd && isWinograd(geometry);
  const block = isFast ? 16 : depthwise ? outBlock : inputBlock(context, x, read);
  const from = readTensor(context, x, read, block);
  const gradient = { batch, groups, channels: outChannels, size: outSize };
  const dyFrom = readTensor(context, dy, gradient, outBlock);

  if (isFast) {
    emitWinogradGradient(context, {
      images: batch,
      x: from,
      size,
      dy: dyFrom,
      outSize,
      padding: padding[0],
      dw: context.output(dw),
    });
    return true;
  }
  if (context.winograd && isWinogradRowsGradient(geometry)) {
    emitWinogradRowsGradient(context, {
      ...geometry,
      images: batch,
      x: from,
      y: dyFrom,
      w: context.output(dw),
      lane: channels * kernel[0] * kernel[1] * 4,
      sum: kernel[0] * kernel[1] * 4,
    });
    return true;
  }

  const view: WeightView = {
    pointer: context.output(dw),
    groups,
    outChannels,
    channels,
    kernel,
    across: 'outChannels',
    taps: [
      { first: 0, step: 1, count: kernel[0] },
      { first: 0, step: 1, count: kernel[1] },
    ],
  };
  const packedBlock = depthwise ? 1 : block;
  const { panels, width, bytes } = packedSize(view, packedBlock, outBlock);
  const stored = depthwise ? perBlock(from) : from;
  const storedGradient = depthwise ? perBlock(dyFrom) : dyFrom;
  const storedGroups = depthwise ? from.blocks : groups;

  // Small maps: each thread takes channel blocks, over all images. Otherwise each takes strips and sums of its own.
  const pixels = outSize[0] * outSize[1];
  const byBlocks = pixels <= 256 && groups * from.blocks >= 2 * threads;
  const rowsPerStrip = evenPieces(outSize[0], Math.ceil(pixelsPerPass / outSize[1]), 1);
  const strips = Math.ceil(outSize[0] / rowsPerStrip);
  const passes = byBlocks ? 1 : Math.ceil((2 * threads) / (storedGroups * strips));
  const imagesPerPass =
    strips > 1 ? 1 : evenPieces(batch, Math.max(1, Math.floor(pixelsPerPass / pixels)), passes);

  const partials = { count: byBlocks ? 1 : threads, bytes };
  const partial = context.scratch(partials.count * bytes);
  const rows = (rowsPerStrip - 1) * stride[0] + (kernel[0] - 1) * dilation[0] + 1;
  const columns = (outSize[1] - 1) * stride[1] + (kernel[1] - 1) * dilation[1] + 1;
  const tableBytes = alignUp(imagesPerPass * rowsPerStrip * outSize[1] * 8);
  const stripBlocks = byBlocks ? 1 : stored.blocks;
  const stripBytes = imagesPerPass * stripBlocks * rows * columns * from.pixel;
  const args = convArguments({
    ...geometry,
    x: stored,
    y: storedGradient,
    first: 0,
    every: [1, 1],
    w: partial,
    panels: depthwise ? panels / storedGroups : panels,
    width,
    images: batch * storedGroups,
    groups: storedGroups,
    rowsPerStrip,
    scratch: context.threadScratch(tableBytes + stripBytes),
    tableBytes,
    add: undefined,
    floor: 0,
    partialBytes: bytes,
    imagesPerPass,
    byBlocks,
  });
  context.emit(depthwise ? 'convDepthwiseWeight' : 'convWeight', args);
  const sum = packingArguments(context, view, packedBlock, outBlock, partial, partials);
  context.emit('convUnpack', sum);
  return true;
}

export const conv2dBackwardWeightLowering = lowering(lowerBackwardWeight);
