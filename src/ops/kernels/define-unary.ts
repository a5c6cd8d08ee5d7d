import { requireFloat, type TypedArray } from '../../core/dtype.js';
import { requireNumber } from '../../core/options.js';
import type { OpAttrs, OpName } from '../../graph/op-attrs.js';
import { defineOp, type Op } from '../../tensor/define-op.js';
import type { OpDefinition, Tensor } from '../../tensor/tensor.js';
import { mapUnary } from './elementwise.js';

/** How the elements are made: one by one, or by a loop of the op's own where a call per element is too slow. */
type Kernel<A> = { f(x: number, attrs: A): number } | { loop(x: TypedArray, y: TypedArray): void };

/** What an element-wise function of one tensor is. */
type Unary<A> = Kernel<A> & {
  /** Takes whole numbers too, and gives whole numbers for them. @default false */
  integers?: boolean;
  saves?: NonNullable<OpDefinition['saves']>;
  backward(dy: Tensor, x: Tensor, y: Tensor, attrs: A): Tensor;
};

/** An op y = f(x) on each element, in place if asked. */
export function defineUnary<N extends OpName>(name: N, unary: Unary<OpAttrs[N]>): Op<N> {
  const { integers = false, saves = 'inputs', backward } = unary;
  return defineOp(name, {
    inPlace: [0],
    saves,
    infer([x], attrs) {
      for (const [key, value] of Object.entries(attrs))
        if (typeof value !== 'string') requireNumber(name, key, value);
      if (!integers || x.dtype === 'bool') requireFloat(name, 'the input', x.dtype);
      return [{ shape: x.shape, dtype: x.dtype }];
    },
    reference([x], [y], attrs) {
      if ('loop' in unary) unary.loop(x.data, y.data);
      else mapUnary(x, y, (value) => unary.f(value, attrs));
    },
    backward: (dy, [x], attrs, [y]) => [() => backward(dy, x, y, attrs)],
  });
}
