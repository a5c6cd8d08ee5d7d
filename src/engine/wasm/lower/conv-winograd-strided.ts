/**
 * Phases of Winograd convolution of 3 × 3 kernels with a stride of two: when it is used, and how its tiles are cut.
 */
import type { StoredGeometry } from '../../compiler/lower/conv-geometry.js';
import type { LowerContext } from '../../compiler/lowering.js';
import type { WinogradConv } from './conv-winograd.js';
import {
  block,
  channelsOf,
  matrixBytes,
  scratchOf,
  tiled,
  tilingOf,
  untouched,
} from './winograd-tiling.js';

const elements = 25;

/** Combinations of even and odd rows and columns. */
const phases = 4;

/** Bytes of the transforms' own scratch memory, `STRIDED_BYTES` in kernels/winograd-strided-transforms.ts. */
const tempBytes = 6144;

/** Unused bytes after a tile, as in kernels/winograd-strided.ts. */
const tilePad = 64;

/** Tiles of a strip that stay in the second-level cache. */
const stripTiles = 12;

/** From so many channels on the weights outweigh the tiles, so that threads share channels instead of tiles. */
const manyChannels = 128;

/** Tiles of a slice of the output channels that are taken at a time: many for each read of the weights. */
const sliceTiles = 256;

/** Tiles of a thread below which the weights are read for too little. */
const fewTiles = 12;

/** Weights that are transformed in every run are not worth more memory, in bytes, than the third level of caches has for them. */
const mostTransformed = 16 << 20;

/** Multiply-adds below which direct convolution takes some tens of microseconds, and its smaller rounding is worth more. */
const worthwhile = 1 << 20;

const weightBytes = (channels: number, outChannels: number) =>
  elements * matrixBytes(phases * channels, outChannels);

/** Whether Winograd can compute a convolution of this geometry and pays on so many threads. */
export function isWinogradStrided(
  geometry: StoredGeometry,
  threads: number,
  steady: boolean,
): boolean {
  const { batch, kernel, stride, dilation, padding, groups } = geometry;
  const { channels, outChannels, outSize } = geometry;
  const all = (pair: readonly number[], value: number) => pair.every((x) => x === value);
  return (
    all(kernel, 3) &&
    all(stride, 2) &&
    all(dilation, 1) &&
    groups === 1 &&
    padding[0] === padding[1] &&
    padding[0] <= 1 &&
    channels % block === 0 &&
    outChannels % block === 0 &&
    Math.min(...outSize) >= 4 &&
    tilingOf(batch, outSize).count >= threads * fewTiles &&
    (steady || weightBytes(channels, outChannels) <= mostTransformed) &&
    batch * outSize[0] * outSize[1] * channels * outChannels * 9 >= worthwhile
  );
}

export function emitWinogradStrided(
  context: LowerContext,
  conv: Omit<WinogradConv, 'flipped' | 'steady' | 'adds'>,
): void {
  const tiling = tilingOf(conv.images, conv.outSize);
  const input = tiled(conv.x, conv.size, conv.padding, tiling);
  const output = tiled(conv.y, conv.outSize, 0, tiling);
  const channels = channelsOf(input);
  const outChannels = channelsOf(output);
  const isWide = channels >= manyChannels;
  const tilesPerStrip = isWide
    ? Math.min(sliceTiles, tiling.count)
    : Math.min(stripTiles, Math.ceil(tiling.count / context.threads));
  const tileFloats = phases * channels + tilePad / 4;
  const blocksPerSlice = isWide ? Math.ceil(output.blocks / context.threads) : 0;
  const strip = isWide
    ? matrixBytes(tilesPerStrip, blocksPerSlice * block)
    : matrixBytes(tilesPerStrip, tileFloats) + matrixBytes(tilesPerStrip, outChannels);
  const { w, lane, sum, add, floor } = conv;
  const args = {
    ...{ input, output, tiles: tiling.count, w, lane, sum, flipped: false },
    u: context.scratch(weightBytes(channels, outChannels)),
    v: isWide ? context.scratch(elements * matrixBytes(tiling.count, tileFloats)) : undefined,
    ...{ tilesPerStrip, blocksPerSlice, add, adds: false, floor },
  };
  const [read, written] = [untouched(input), untouched(output)];
  context.emit('winogradStridedWeights', {
    ...{ ...args, ...scratchOf(context, tempBytes), v: undefined },
    ...{ input: read, output: written, add: add.untouched() },
  });
  const second = {
    ...{ ...args, ...scratchOf(context, tempBytes + elements * strip), w: w.untouched() },
  };
  if (isWide) {
    context.emit('winogradStridedInput', {
      ...{ ...args, ...scratchOf(context, tempBytes), u: undefined },
      ...{ output: written, w: w.untouched(), add: add.untouched() },
    });
    context.emit('winogradStridedSlices', { ...second, input: read });
  } else context.emit('winogradStrided', second);
}
