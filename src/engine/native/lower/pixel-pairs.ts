/** Images of bfloat16 whose pixels are multiplied in pairs (`../kernels/pixel-pairs.ts`). */
import type { LowerContext } from '../../compiler/lowering.js';
import { pairsOfRow, pixelPairs } from '../kernels/pixel-pairs.js';
import type { Kernels } from '../kernels.js';
import { type Axis, tapsOf } from './axis.js';
import { KernelPhase } from './phase.js';
import { unitsOf } from './shares.js';
import { type StoredImage, storedImage } from './stored-image.js';

const block = 16;

/** Whether pairs can be made of an image: channels in blocks of 16, as bfloat16. */
export const hasPairs = (image: StoredImage): boolean =>
  image.block === block && image.storage === 'bfloat16';

/** For two outputs at a time what each tap of a row meets, side by side: pairs in the place of pixels of floats. */
export function emitPixelPairs(
  kernels: Kernels,
  context: LowerContext,
  image: StoredImage,
  batch: number,
  columns: Axis,
): StoredImage {
  const [rows] = image.size;
  const shape = { width: columns.size, outputs: columns.outSize, step: columns.step };
  const taps = tapsOf(columns);
  const blocks = Math.ceil(image.channels / block);
  const blockBytes = 4 * block * rows * pairsOfRow({ ...shape, taps });
  const made = context.scratch(batch * blocks * blockBytes);
  const size = [rows, pairsOfRow({ ...shape, taps })] as const;
  const pairs = storedImage(made.readonly(), image.channels, size, block);
  const kernel = kernels.get(pixelPairs, {
    ...{ ...shape, taps, rows, fromRow: image.rowBytes, toRow: pairs.rowBytes },
  });
  const phase = new KernelPhase(context);
  const [from, to] = [phase.operand(image.pointer), phase.operand(made)];
  phase.run((thread, call) => {
    for (const unit of unitsOf(batch * blocks, thread, context.threads))
      call(kernel, from.at(unit * image.blockBytes), to.at(unit * pairs.blockBytes));
  });
  return pairs;
}

/** Such an image's columns: a step for each two outputs, all taps inside. */
export function pairedColumns({ outSize, kernel }: Axis): Axis {
  const pairs = Math.ceil(outSize / 2);
  const shared = { kernel, step: kernel, padding: 0, dilation: 1 };
  return { size: pairs * kernel, outSize: pairs, ...shared };
}
