/** Phases of direct convolution of few pixels with many weights (kernels/conv-gathered.ts): when it is used. */
import type { LowerContext } from '../../compiler/lowering.js';
import { convArguments } from './conv-arguments.js';
import type { DirectConv } from './conv-direct.js';

/** What the output pixels read should stay in the second-level cache. */
const mostGathered = 1 << 20;

/** Weights that stay there too may be read for every row of the output. */
const fewWeights = 1 << 19;

/** Unused bytes after a pixel's row, as in kernels/conv-gathered.ts. */
const rowPad = 64;

/** Bytes of the rows of all output pixels. */
function gatheredBytes({ x, batch, kernel, outSize }: DirectConv): number {
  const row = x.blocks * kernel[0] * kernel[1] * x.pixel + rowPad;
  return batch * outSize[0] * outSize[1] * row;
}

/** Whether each thread should read its share of the weights once, for all pixels. */
export function isGathered(conv: DirectConv): boolean {
  const { x, kernel, weights, groups, depthwise } = conv;
  const terms = x.blocks * x.block * kernel[0] * kernel[1];
  return (
    groups === 1 &&
    !depthwise &&
    weights.width === 8 &&
    terms * weights.panels * weights.width * 4 >= fewWeights &&
    gatheredBytes(conv) <= mostGathered
  );
}

export function emitGathered(context: LowerContext, conv: DirectConv): void {
  const { x, y, weights } = conv;
  const args = convArguments({
    ...{ ...conv, images: conv.batch, w: weights.pointer },
    ...{ panels: weights.panels, width: weights.width },
    ...{ rowsPerStrip: 1, tableBytes: 0, add: conv.add },
    scratch: { pointer: context.scratch(gatheredBytes(conv)), bytes: 0 },
    floor: conv.floor ?? Number.NEGATIVE_INFINITY,
    ...{ partialBytes: 0, imagesPerPass: 1, byBlocks: false },
  });
  const [w, add] = [args.w.untouched(), args.add?.untouched()];
  context.emit('convGather', { ...args, y: y.pointer.untouched(), w, add });
  context.emit('convGathered', { ...args, x: x.pointer.untouched() });
}
