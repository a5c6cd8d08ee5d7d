/** The gradient of conv2d's weight: packed partial sums, then their sum in PyTorch's order. */
import { internalError } from '../../../core/errors.js';
import { float, type LowerContext, lowering, type PlanNode } from './context.js';
import { evenPieces, packedSize, packingWords, roundUp, type WeightView } from './conv-direct.js';
import { type ConvAttrs, convGeometry, inputBlock, isEmpty, outputBlock } from './conv-geometry.js';
import { readTensor } from './conv-tensor.js';
import { emitWinogradGradient, isWinograd } from './conv-winograd.js';
import { convWords } from './conv-words.js';

/** Pixels that a tile of the gradient sums over at once: their dy and x should stay in the first-level cache. */
const pixelsPerPass = 512;

function lowerBackwardWeight(node: PlanNode<ConvAttrs>, context: LowerContext): boolean {
  const [x, dy] = node.inputs;
  const [dw] = node.outputs;
  if (x === undefined || dy === undefined || dw === undefined)
    throw internalError('conv2dBackwardWeight without input, gradient or output');
  if (dw.dtype !== 'float32' || [x.shape, dy.shape].some(isEmpty)) return false;

  const geometry = convGeometry(x.shape, dw.shape, dy.shape, node.attrs);
  const { batch, groups, channels, outChannels, size, outSize, kernel } = geometry;
  const { stride, dilation, padding } = geometry;
  const { threads } = context;
  const block = inputBlock(channels);
  const outBlock = outputBlock(outChannels);
  const from = readTensor(context, x, { batch, groups, channels, size }, block);
  const gradient = { batch, groups, channels: outChannels, size: outSize };
  const dyFrom = readTensor(context, dy, gradient, outBlock);

  if (context.winograd && isWinograd(geometry)) {
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
  const { panels, width, bytes } = packedSize(view, block, outBlock);

  // Small maps: each thread takes channel blocks, over all images. Otherwise each takes strips and sums of its own.
  const pixels = outSize[0] * outSize[1];
  const blocks = groups * from.blocks;
  const byBlocks = pixels <= 256 && blocks >= 2 * threads;
  const rowsPerStrip = evenPieces(outSize[0], Math.ceil(pixelsPerPass / outSize[1]), 1);
  const strips = Math.ceil(outSize[0] / rowsPerStrip);
  const passes = byBlocks ? 1 : Math.ceil((2 * threads) / (groups * strips));
  const imagesPerPass =
    strips > 1 ? 1 : evenPieces(batch, Math.max(1, Math.floor(pixelsPerPass / pixels)), passes);

  const partials = { count: byBlocks ? 1 : threads, bytes };
  const partial = context.scratch(partials.count * bytes);
  const rows = (rowsPerStrip - 1) * stride[0] + (kernel[0] - 1) * dilation[0] + 1;
  const columns = (outSize[1] - 1) * stride[1] + (kernel[1] - 1) * dilation[1] + 1;
  const tableBytes = roundUp(imagesPerPass * rowsPerStrip * outSize[1] * 8);
  const stripBlocks = byBlocks ? 1 : from.blocks;
  const scratch = context.threadScratch(
    tableBytes + imagesPerPass * stripBlocks * rows * columns * from.pixel,
  );
  context.emit(
    'convWeight',
    convWords({
      x: from.pointer,
      xImage: from.imageBytes,
      xBlock: from.blockBytes,
      pixel: from.pixel,
      blocks: from.blocks,
      height: size[0],
      width: size[1],
      y: dyFrom.pointer,
      yImage: dyFrom.imageBytes,
      yBlock: dyFrom.blockBytes,
      yRow: dyFrom.rowBytes,
      yPixel: dyFrom.pixel,
      panelsPerBlock: outBlock / width,
      outHeight: outSize[0],
      outWidth: outSize[1],
      w: partial,
      panels,
      panelWidth: width,
      images: batch * groups,
      groups,
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
      add: 0,
      floor: float(0),
      partialBytes: bytes,
      imagesPerPass,
      byBlocks: byBlocks ? 1 : 0,
    }),
  );
  context.emit('convUnpack', packingWords(view, block, outBlock, partial.readonly(), partials));
  return true;
}

export const conv2dBackwardWeightLowering = lowering(lowerBackwardWeight);
