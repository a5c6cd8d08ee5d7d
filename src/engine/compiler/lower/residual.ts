/** What the result of a convolution is added to. */
import type { Value } from '../../../graph/graph.js';
import type { Precision } from '../../precision.js';
import type { Block } from '../layout.js';
import type { LowerContext } from '../lowering.js';
import type { Pointer } from '../region.js';

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
