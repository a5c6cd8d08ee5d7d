/**
 * Phases of Winograd convolution F(4×4, 3×3): how its tiles are cut for the caches and the threads.
 *
 * Against float64 its results are off by 1e-6 to 5e-6 of their root mean square (direct convolution: 2e-7).
 */

import type { KernelArguments } from '../../compiler/kernel-name.js';
import type { LowerContext } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import { evenPieces } from './conv-direct.js';
import type { ConvTensor } from './conv-tensor.js';

/** Channels of a block that the transforms work on. */
const block = 16;

const elements = 36;

/** Unused bytes after each of the 36 matrices; without them their strides are powers of two, which thrash the caches. */
const padBytes = 192;

/** Bytes of the transforms' own scratch memory, `TEMP_BYTES` in kernels/winograd-transforms.ts. */
const tempBytes = 4096;

/** From so many channels on the weights outweigh the tiles, so that threads share channels instead of tiles. */
const manyChannels = 256;

const matrixBytes = (rows: number, columns: number) => rows * columns * 4 + padBytes;

/** A tensor cut into tiles. */
type Tiled = KernelArguments['winogradStrips']['input'];

const channelsOf = (tensor: Tiled) => tensor.blocks * block;

interface Tiling {
  readonly images: number;
  readonly down: Cut;
  readonly across: Cut;
  readonly count: number;
}

/** A dimension cut into tiles of four, and of three where that makes them fit. */
interface Cut {
  readonly tiles: number;
  readonly full: number;
}

function cutOf(size: number): Cut {
  const tiles = Math.ceil(size / 4);
  const missing = 4 * tiles - size;
  return { tiles, full: missing <= tiles ? tiles - missing : tiles };
}

function tilingOf(images: number, [height, width]: readonly [number, number]): Tiling {
  const down = cutOf(height);
  const across = cutOf(width);
  return { images, down, across, count: images * down.tiles * across.tiles };
}

function tiled(
  tensor: ConvTensor,
  [height, width]: readonly [number, number],
  pad: number,
  { images, down, across }: Tiling,
): Tiled {
  return {
    ...{ data: tensor.pointer, height, width, blocks: tensor.blocks, pad },
    ...{ images, down: down.tiles, across: across.tiles },
    ...{ fullDown: down.full, fullAcross: across.full },
  };
}

/** A convolution with 3 × 3 kernels: forward, or the gradient of the input. */
export interface WinogradConv {
  readonly images: number;
  readonly x: ConvTensor;
  readonly size: readonly [number, number];
  readonly y: ConvTensor;
  readonly outSize: readonly [number, number];
  readonly padding: number;
  /** The weights [O][I][3][3], and the bytes between channels of y and between channels of x. */
  readonly w: Pointer;
  readonly lane: number;
  readonly sum: number;
  /** Whether the kernels are turned by 180°. */
  readonly flipped: boolean;
  /** A float for each channel of y. */
  readonly add: Pointer;
  readonly floor: number;
}

export function emitWinograd(context: LowerContext, conv: WinogradConv): void {
  const tiling = tilingOf(conv.images, conv.outSize);
  const input = tiled(conv.x, conv.size, conv.padding, tiling);
  const output = tiled(conv.y, conv.outSize, 0, tiling);
  const channels = channelsOf(input);
  const outChannels = channelsOf(output);
  const isWide = channels >= manyChannels;
  const blocksPerSlice = 1;
  const tilesPerStrip = isWide
    ? Math.min(tiling.count, 256)
    : evenPieces(tiling.count, 24, context.threads);
  const sliceChannels = blocksPerSlice * block;
  const strip = isWide
    ? matrixBytes(channels, sliceChannels) + matrixBytes(tilesPerStrip, sliceChannels)
    : matrixBytes(tilesPerStrip, channels) + matrixBytes(tilesPerStrip, outChannels);
  const transformed = context.scratch(
    elements * (isWide ? matrixBytes(tiling.count, channels) : matrixBytes(channels, outChannels)),
  );
  const args = {
    ...{ input, output, tiles: tiling.count },
    ...{ w: conv.w, lane: conv.lane, sum: conv.sum, flipped: conv.flipped },
    u: isWide ? undefined : transformed,
    v: isWide ? transformed : undefined,
    ...{ tilesPerStrip, blocksPerSlice, add: conv.add, floor: conv.floor },
  };
  const scratchOf = (bytes: number) => {
    const scratch = context.threadScratch(bytes);
    return { scratch: scratch.pointer, scratchBytes: scratch.bytes };
  };
  const first = { ...args, ...scratchOf(tempBytes) };
  const second = { ...args, ...scratchOf(tempBytes + elements * strip) };
  if (isWide) {
    const { w, add } = { w: conv.w.untouched(), add: conv.add.untouched() };
    context.emit('winogradInput', { ...first, output: untouched(output), w, add });
    context.emit('winogradSlices', { ...second, input: untouched(input) });
  } else {
    const tensors = { input: untouched(input), output: untouched(output) };
    context.emit('winogradWeights', { ...first, ...tensors, add: conv.add.untouched() });
    context.emit('winogradStrips', { ...second, w: conv.w.untouched() });
  }
}

/** For a phase that needs no more than the sizes. */
const untouched = (tensor: Tiled): Tiled => ({ ...tensor, data: tensor.data.untouched() });

/** The weight gradient of a convolution with 3 × 3 kernels. */
export interface WinogradGradient {
  readonly images: number;
  readonly x: ConvTensor;
  readonly size: readonly [number, number];
  readonly dy: ConvTensor;
  readonly outSize: readonly [number, number];
  readonly padding: number;
  readonly dw: Pointer;
}

export function emitWinogradGradient(context: LowerContext, conv: WinogradGradient): void {
  const { threads } = context;
  const tiling = tilingOf(conv.images, conv.outSize);
  const input = tiled(conv.x, conv.size, conv.padding, tiling);
  const gradient = tiled(conv.dy, conv.outSize, 0, tiling);
  const channels = channelsOf(input);
  const outChannels = channelsOf(gradient);
  const isWide = channels >= manyChannels;
  const tilesPerStrip = isWide ? 128 : evenPieces(tiling.count, 32, threads);
  const blocksPerGroup = Math.min(gradient.blocks, channels >= 512 ? 2 : 4);
  const strip = isWide
    ? matrixBytes(block, blocksPerGroup * block)
    : matrixBytes(tilesPerStrip, channels) + matrixBytes(tilesPerStrip, outChannels);
  const scratch = context.threadScratch(tempBytes + elements * strip);
  const sBytes = isWide ? 0 : elements * matrixBytes(channels, outChannels);
  const matrix = elements * matrixBytes(tiling.count, block);
  const s = isWide ? undefined : context.scratch(threads * sBytes);
  const v = isWide ? context.scratch(input.blocks * matrix) : undefined;
  const d = isWide ? context.scratch(gradient.blocks * matrix) : undefined;
  const args = {
    ...{ input, gradient, tiles: tiling.count },
    ...{ s, sBytes, parts: threads, v, d, tilesPerStrip, blocksPerGroup },
    ...{ scratch: scratch.pointer, scratchBytes: scratch.bytes },
  };
  const { dw } = conv;
  context.emit(isWide ? 'winogradGradientInput' : 'winogradGradientStrips', {
    ...args,
    dw: undefined,
  });
  context.emit(isWide ? 'winogradGradientBlocks' : 'winogradGradientTaps', { ...args, dw });
}
