/**
 * Phases of Winograd convolution F(4×4, 3×3): how its tiles are cut for the caches and the threads.
 *
 * Against float64 its results are off by 1e-6 to 5e-6 of their root mean square (direct convolution: 2e-7).
 */

import type { LowerContext } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';
import { evenPieces } from './conv-direct.js';
import type { ConvTensor } from './conv-tensor.js';
import {
  block,
  channelsOf,
  matrixBytes,
  scratchOf,
  tiled,
  tilingOf,
  untouched,
} from './winograd-tiling.js';

const elements = 36;

/** Bytes of the transforms' own scratch memory, `TEMP_BYTES` in kernels/winograd-transforms.ts. */
export const tempBytes = 4096;

/** From so many channels on the weights outweigh the tiles, so that threads share channels instead of tiles. */
const manyChannels = 256;

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
  /** Whether the weights are the same in every run, so that their transform is worth keeping. */
  readonly steady: boolean;
  /** Whether the kernels are turned by 180°. */
  readonly flipped: boolean;
  /** A float for each channel of y. */
  readonly add: Pointer;
  /** Whether y holds what the results are added to. */
  readonly adds: boolean;
  readonly floor: number;
}

export function emitWinograd(context: LowerContext, conv: WinogradConv): void {
  const tiling = tilingOf(conv.images, conv.outSize);
  const input = tiled(conv.x, conv.size, conv.padding, tiling);
  const output = tiled(conv.y, conv.outSize, 0, tiling);
  const channels = channelsOf(input);
  const outChannels = channelsOf(output);
  const isWide = channels >= manyChannels;
  const hasWeights = !isWide || conv.steady;
  const blocksPerSlice = hasWeights ? Math.ceil(output.blocks / context.threads) : 1;
  const tilesPerStrip = isWide
    ? Math.min(256, tiling.count)
    : Math.min(24, Math.ceil(tiling.count / context.threads));
  const sliceChannels = blocksPerSlice * block;
  const ofSlice = hasWeights ? 0 : matrixBytes(channels, sliceChannels);
  const strip = isWide
    ? ofSlice + matrixBytes(tilesPerStrip, sliceChannels)
    : matrixBytes(tilesPerStrip, channels) + matrixBytes(tilesPerStrip, outChannels);
  const args = {
    ...{ input, output, tiles: tiling.count },
    ...{ w: conv.w, lane: conv.lane, sum: conv.sum, flipped: conv.flipped },
    u: hasWeights ? context.scratch(elements * matrixBytes(channels, outChannels)) : undefined,
    v: isWide ? context.scratch(elements * matrixBytes(tiling.count, channels)) : undefined,
    ...{ tilesPerStrip, blocksPerSlice, add: conv.add, adds: conv.adds, floor: conv.floor },
  };
  const [read, written] = [untouched(input), untouched(output)];
  const [w, add] = [conv.w.untouched(), conv.add.untouched()];
  if (hasWeights) {
    const temp = scratchOf(context, tempBytes);
    context.emit('winogradWeights', {
      ...{ ...args, ...temp, input: read, output: written, add, v: undefined },
    });
  }
  const first = { ...args, ...scratchOf(context, tempBytes) };
  const second = {
    ...{ ...args, ...scratchOf(context, tempBytes + elements * strip) },
    w: hasWeights ? w : conv.w,
  };
  if (isWide) {
    context.emit('winogradInput', { ...first, output: written, w, add, u: undefined });
    context.emit('winogradSlices', { ...second, input: read });
  } else context.emit('winogradStrips', second);
}

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
  const scratch = scratchOf(context, tempBytes + elements * strip);
  const sBytes = isWide ? 0 : elements * matrixBytes(channels, outChannels);
  const matrix = elements * matrixBytes(tiling.count, block);
  const s = isWide ? undefined : context.scratch(threads * sBytes);
  const v = isWide ? context.scratch(input.blocks * matrix) : undefined;
  const d = isWide ? context.scratch(gradient.blocks * matrix) : undefined;
  const args = {
    ...{ input, gradient, tiles: tiling.count },
    ...{ s, sBytes, parts: threads, v, d, tilesPerStrip, blocksPerGroup },
    ...scratch,
  };
  const { dw } = conv;
  context.emit(isWide ? 'winogradGradientInput' : 'winogradGradientStrips', {
    ...args,
    dw: undefined,
  });
  context.emit(isWide ? 'winogradGradientBlocks' : 'winogradGradientTaps', { ...args, dw });
}
