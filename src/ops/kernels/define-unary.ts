import { requireFloat } from '../../core/dtype.js';
import { defineOp, type Op } from '../../tensor/define-op.js';
import type { OpDefinition, Tensor } from '../../tensor/tensor.js';
import { mapUnary } from './elementwise.js';

/** What an element-wise function of one tensor is. */
interface Unary<A> {
  f(x: number, attrs: A): number;
  /** Takes whole numbers too, and gives whole numbers for them. @default false */
  integers?: boolean;
  saves?: NonNullable<OpDefinition['saves']>;
  /** A loop of its own where a call per element is too slow. */
  reference?: OpDefinition<A & object>['reference'];
  backward(dy: Tensor, x: Tensor, y: Tensor, attrs: A): Tensor;
}

/** An op y = f(x) on each element, in place if asked. */
export function defineUnary<A extends object = Record<never, never>>(
  name: string,
  { f, integers = false, saves = 'inputs', reference, backward }: Unary<A>,
): Op<A> {
  return defineOp<A>(name, {
    inPlace: [0],
    saves,
    infer([x]) {
      if (!integers || x.dtype === 'bool') requireFloat(name, 'the input', x.dtype);
      return [{ shape: x.shape, dtype: x.dtype }];
    },
    reference: reference ?? (([x], [y], attrs) => mapUnary(x, y, (value) => f(value, attrs))),
    backward: (dy, [x], attrs, [y]) => [() => backward(dy, x, y, attrs)],
  });
}
