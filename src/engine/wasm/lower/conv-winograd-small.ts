/**
 * Phases of Winograd convolution F(2×2, 3×3), for weights that are transformed once: when it is used, and how it is cut.
 *
 * Against float64 its results are off by 5e-7 to 7e-7 of their root mean square (F(4×4, 3×3): 3e-6 to 4e-6).
 */
import type { Size2d } from '../../../core/shape.js';
import type { StoredGeometry } from '../../compiler/lower/conv-geometry.js';
import type { LowerContext } from '../../compiler/lowering.js';
import { tempBytes, type WinogradConv } from './conv-winograd.js';
import {
  block,
  channelsOf,
  matrixBytes,
  scratchOf,
  type Tiling,
  tiled,
  tilingOf,
  untouched,
} from './winograd-tiling.js';

const elements = 16;

/** From so many channels on, the weights are read from memory, not from the second level of caches. */
const manyChannels = 256;

/** Tiles of 4 × 4 pixels times channels, up to which the memory that the weights take is worth more products. */
const fewTiles = 2048;

/** Whether the weights of F(4×4, 3×3) would be read for so few tiles that those of F(2×2, 3×3), which are fewer, take less time. */
export function isWinogradSmall({ batch, channels, outSize }: StoredGeometry): boolean {
  return channels >= manyChannels && tilingOf(batch, outSize).count * channels <= fewTiles;
}

export function emitWinogradSmall(context: LowerContext, conv: WinogradConv): void {
  const tiling = smallTiling(conv.images, conv.outSize);
  const input = tiled(conv.x, conv.size, conv.padding, tiling);
  const output = tiled(conv.y, conv.outSize, 0, tiling);
  const channels = channelsOf(input);
  const blocksPerSlice = Math.ceil(output.blocks / context.threads);
  const args = {
    ...{ input, output, tiles: tiling.count, flipped: false },
    ...{ w: conv.w, lane: conv.lane, sum: conv.sum },
    u: context.scratch(elements * matrixBytes(channels, channelsOf(output))),
    v: context.scratch(elements * matrixBytes(tiling.count, channels)),
    ...{ tilesPerStrip: tiling.count, blocksPerSlice },
    ...{ add: conv.add, adds: conv.adds, floor: conv.floor },
  };
  const [read, written] = [untouched(input), untouched(output)];
  const [w, add] = [conv.w.untouched(), conv.add.untouched()];
  context.emit('winogradSmallWeights', {
    ...{
      ...args,
      ...scratchOf(context, tempBytes),
      input: read,
      output: written,
      add,
      v: undefined,
    },
  });
  context.emit('winogradSmallInput', {
    ...{ ...args, ...scratchOf(context, tempBytes), output: written, w, add, u: undefined },
  });
  const ofSlice = elements * matrixBytes(tiling.count, blocksPerSlice * block);
  context.emit('winogradSmallSlices', {
    ...{ ...args, ...scratchOf(context, tempBytes + ofSlice), input: read, w },
  });
}

/** An output cut into tiles of 2 × 2 pixels. */
function smallTiling(images: number, [height, width]: Size2d): Tiling {
  const cut = (size: number) => ({ tiles: Math.ceil(size / 2), full: Math.ceil(size / 2) });
  const [down, across] = [cut(height), cut(width)];
  return { images, down, across, count: images * down.tiles * across.tiles };
}
