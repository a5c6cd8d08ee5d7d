import { defineOp, type Op } from '../../tensor/define-op.js';
import { mapUnary } from './elementwise.js';

/** An op that tells for each element whether `holds`: bool, without gradient. */
export function definePredicate(
  name: string,
  holds: (x: number) => boolean,
): Op<Record<never, never>> {
  return defineOp(name, {
    saves: 'none',
    infer: ([x]) => [{ shape: x.shape, dtype: 'bool' }],
    reference: ([x], [y]) => mapUnary(x, y, (value) => (holds(value) ? 1 : 0)),
  });
}
