/**
 * Activations as convolutions take them: `[N·groups][blocks][H][W][B]`. Where a group is a whole number of blocks that
 * is the blocked layout itself; where it is not (3 channels a group, say), each group is padded to blocks of its own,
 * converted from and to row-major beside the compiler, for no other op knows that layout.
 */
import type { Size2d } from '../../../core/shape.js';
import type { Value } from '../../../graph/graph.js';
import { ROWS } from '../../compiler/layout.js';
import { outputBlock } from '../../compiler/lower/conv-geometry.js';
import type { LowerContext } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';

export interface ConvTensor {
  readonly pointer: Pointer;
  /** Channels side by side, B. */
  readonly block: number;
  /** Blocks of one group. */
  readonly blocks: number;
  /** Bytes of a pixel, a row, a block and an image (a group of one). */
  readonly pixel: number;
  readonly rowBytes: number;
  readonly blockBytes: number;
  readonly imageBytes: number;
}

/** Who is stored: `channels` of each of `groups` of `batch` images. */
interface Grouped {
  readonly batch: number;
  readonly groups: number;
  readonly channels: number;
  readonly size: Size2d;
}

/** A tensor that lies at `pointer`. */
export function layOut(pointer: Pointer, { channels, size }: Grouped, block: number): ConvTensor {
  const [height, width] = size;
  const blocks = Math.ceil(channels / block);
  const pixel = block * 4;
  const rowBytes = width * pixel;
  const blockBytes = height * rowBytes;
  const imageBytes = blocks * blockBytes;
  return { pointer, block, blocks, pixel, rowBytes, blockBytes, imageBytes };
}

/** The same tensor with every block of channels as an image of its own. */
export function perBlock(tensor: ConvTensor): ConvTensor {
  return { ...tensor, blocks: 1, imageBytes: tensor.blockBytes };
}

function totalBytes({ batch, groups, channels, size }: Grouped, block: number): number {
  return batch * groups * Math.ceil(channels / block) * block * size[0] * size[1] * 4;
}

const isWhole = ({ groups, channels }: Grouped, block: number) =>
  groups === 1 || channels % block === 0;

/**
 * The block in which a direct convolution reads `value`: the one in which it is stored, for its loads take single floats
 * and so any layout, unless groups would share a block.
 */
export function storedBlock(context: LowerContext, value: Value, grouped: Grouped): number {
  const stored = context.blockOf(value);
  return isWhole(grouped, stored) ? stored : ROWS;
}

/**
 * The block in which the weight gradient reads its input: the runs of floats that it multiplies are a kernel's width times
 * the block, so a row-major tensor is converted. Up to 4 channels need no padding.
 */
export function inputBlock(context: LowerContext, value: Value, grouped: Grouped): number {
  const stored = storedBlock(context, value, grouped);
  if (stored !== ROWS) return stored;
  return grouped.channels <= 4 ? grouped.channels : outputBlock(grouped.channels);
}

/** `value` for reading in blocks of `block`. */
export function readTensor(
  context: LowerContext,
  value: Value,
  grouped: Grouped,
  block: number,
): ConvTensor {
  if (isWhole(grouped, block)) return layOut(context.input(value, block), grouped, block);
  const rows = context.input(value, ROWS);
  const { batch, groups, channels, size } = grouped;
  const pixels = size[0] * size[1];
  const blocked = context.scratch(totalBytes(grouped, block));
  const images = batch * groups;
  context.emit('toBlocked', { from: rows, to: blocked, images, channels, pixels, block });
  return layOut(blocked.readonly(), grouped, block);
}

/** Room for `value` in blocks of `block`; call `finish` when all of it is written. */
export function writeTensor(
  context: LowerContext,
  value: Value,
  grouped: Grouped,
  block: number,
): { readonly tensor: ConvTensor; finish(): void } {
  if (isWhole(grouped, block))
    return { tensor: layOut(context.output(value, block), grouped, block), finish() {} };
  const { batch, groups, channels, size } = grouped;
  const blocked = context.scratch(totalBytes(grouped, block));
  return {
    tensor: layOut(blocked, grouped, block),
    finish() {
      const rows = context.output(value, ROWS);
      context.emit('toRowMajor', {
        ...{ from: blocked, to: rows, images: batch * groups },
        ...{ channels, pixels: size[0] * size[1], block },
      });
    },
  };
}
