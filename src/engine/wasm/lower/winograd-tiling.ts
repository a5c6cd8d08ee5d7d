/** Tensors cut into tiles of 4 × 4 pixels of an output, and the matrices of their elements. */
import type { Size2d } from '../../../core/shape.js';
import type { KernelArguments } from '../../compiler/kernel-name.js';
import type { LowerContext } from '../../compiler/lowering.js';
import type { ConvTensor } from './conv-tensor.js';

/** Channels of a block that the transforms work on. */
export const block = 16;

/** Unused bytes after each matrix; without them their strides are powers of two, which thrash the caches. */
const padBytes = 192;

export const matrixBytes = (rows: number, columns: number) => rows * columns * 4 + padBytes;

/** A tensor cut into tiles. */
type Tiled = KernelArguments['winogradStrips']['input'];

export const channelsOf = (tensor: Tiled) => tensor.blocks * block;

/** The same for a phase that needs no more than the sizes. */
export const untouched = (tensor: Tiled): Tiled => ({ ...tensor, data: tensor.data.untouched() });

/** A dimension cut into tiles of four, and of three where that makes them fit. */
interface Cut {
  readonly tiles: number;
  readonly full: number;
}

export interface Tiling {
  readonly images: number;
  readonly down: Cut;
  readonly across: Cut;
  readonly count: number;
}

function cutOf(size: number): Cut {
  const tiles = Math.ceil(size / 4);
  const missing = 4 * tiles - size;
  return { tiles, full: missing <= tiles ? tiles - missing : tiles };
}

/** How an output of `size` is cut. */
export function tilingOf(images: number, [height, width]: Size2d): Tiling {
  const down = cutOf(height);
  const across = cutOf(width);
  return { images, down, across, count: images * down.tiles * across.tiles };
}

/** A tensor by the tiles of the output. */
export function tiled(
  tensor: ConvTensor,
  [height, width]: Size2d,
  pad: number,
  { images, down, across }: Tiling,
): Tiled {
  return {
    ...{ data: tensor.pointer, height, width, blocks: tensor.blocks, pad },
    ...{ images, down: down.tiles, across: across.tiles },
    ...{ fullDown: down.full, fullAcross: across.full },
  };
}

/** So much memory for each thread, which belongs to one phase alone: what is kept may share none with what runs every time. */
export function scratchOf(context: LowerContext, bytes: number) {
  const scratch = context.threadScratch(bytes);
  return { scratch: scratch.pointer, scratchBytes: scratch.bytes };
}
