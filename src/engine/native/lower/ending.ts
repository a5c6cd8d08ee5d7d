/** What follows a convolution in its node: a residual, which its output is written over, and bounds. */
import type { Value } from '../../../graph/graph.js';
import type { Block } from '../../compiler/layout.js';
import type { LowerContext } from '../../compiler/lowering.js';
import type { ConvNodeAttrs } from '../../compiler/node-attrs.js';
import type { Pointer } from '../../compiler/region.js';
import type { Precision } from '../../precision.js';
import type { Ending } from '../kernels/ending.js';

/** A relu comes last. */
export function endingOf({ adds = false, clamp, relu = false }: ConvNodeAttrs): Ending {
  const { min, max } = clamp ?? { min: null, max: null };
  const floor = relu ? Math.max(0, min ?? 0) : min;
  return {
    adds,
    ...(floor !== null && { low: floor }),
    ...(max !== null && { high: max }),
  };
}

/** Where y goes: over the residual, or over a copy of it where that is needed later or lies in memory of `apart`. */
export function overResidual(
  context: LowerContext,
  given: {
    readonly y: Value;
    readonly residual: Value;
    readonly block: Block;
    readonly storage: Precision;
    readonly apart: readonly Pointer[];
  },
): Pointer {
  const { y, residual, block, storage, apart } = given;
  const from = context.input(residual, block, storage);
  const isApart = !apart.some(({ region }) => region === from.region);
  const to = context.output(y, block, isApart ? residual : undefined, storage);
  if (to.region !== from.region)
    context.emit('copy', { from, to, count: Math.ceil(from.region.bytes / 4) });
  return to;
}
