import type { OpName } from '../../graph/op-attrs.js';
import { defineOp, type Op } from '../../tensor/define-op.js';
import { mapUnary } from './elementwise.js';

/** An op that tells for each element whether `holds`: bool, without gradient. */
export function definePredicate<N extends OpName>(name: N, holds: (x: number) => boolean): Op<N> {
  return defineOp(name, {
    saves: 'none',
    infer: ([x]) => [{ shape: x.shape, dtype: 'bool' }],
    reference: ([x], [y]) => mapUnary(x, y, (value) => (holds(value) ? 1 : 0)),
  });
}
