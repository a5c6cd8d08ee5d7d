/**
 * Layouts of tensors inside plans. A tensor of four dimensions is stored channel-blocked, `[N][C/B][H][W][B]`: B channels
 * of a pixel lie side by side, so that one vector load takes them all. B = 1 is row-major; B = C is channels-last. A
 * tensor of other rank is always row-major. In plans of precision `bfloat16` the elements may be stored in two bytes.
 *
 * Where C is no multiple of B the last block is padded with lanes that hold zeros. **Every kernel keeps them zero**: an
 * op with f(0) ≠ 0 asks for the row-major layout instead (`isPadded`), and sums over all lanes stay right.
 */
import { type DType, itemSize } from '../../core/dtype.js';
import { numel, type Shape } from '../../core/shape.js';
import type { Precision } from '../precision.js';

/** The number of channels stored side by side; 1 is row-major. */
export type Block = number;

export const ROWS: Block = 1;

/** The block in which convolutions, and what follows them, work best for so many channels. */
export function blockFor(channels: number): Block {
  if (channels % 16 === 0) return 16;
  if (channels <= 4) return channels;
  if (channels % 12 === 0) return 12;
  if (channels % 8 === 0) return 8;
  if (channels % 4 === 0) return 4;
  return channels < 8 ? 8 : 16;
}

/** Channels with the padding of the last block. */
export function paddedChannels(channels: number, block: Block): number {
  return Math.ceil(channels / block) * block;
}

/** Whether the layout holds lanes that belong to no channel. */
export function isPadded(shape: Shape, block: Block): boolean {
  return block !== ROWS && (shape[1] ?? 1) % block !== 0;
}

/** Elements that a tensor takes up in a layout, padding included. */
export function storedElements(shape: Shape, block: Block): number {
  if (block === ROWS) return numel(shape);
  const [n = 1, c = 1, h = 1, w = 1] = shape;
  return n * paddedChannels(c, block) * h * w;
}

/** Bytes of an element; only float32 values are stored in bfloat16. */
export function storedSize(dtype: DType, storage: Precision): number {
  return storage === 'bfloat16' ? 2 : itemSize(dtype);
}

/** Whether both layouts put every element at the same place. */
export function sameOrder(shape: Shape, a: Block, b: Block): boolean {
  if (a === b) return true;
  const [, c = 1, h = 1, w = 1] = shape;
  return h * w === 1 && [a, b].every((block) => c % block === 0);
}
