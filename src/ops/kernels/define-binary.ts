import { type DType, isFloat } from '../../core/dtype.js';
import { DTypeError } from '../../core/errors.js';
import { broadcastShapes } from '../../core/shape.js';
import type { OpName } from '../../graph/op-attrs.js';
import { defineOp, type Op } from '../../tensor/define-op.js';
import type { GradThunk, OpDefinition, Tensor } from '../../tensor/tensor.js';
import { mapBinary, mapUnary } from './elementwise.js';
import { resultDtype } from './result-dtype.js';

/** What an element-wise function of two tensors is. */
interface Binary {
  f(a: number, b: number): number;
  saves?: NonNullable<OpDefinition['saves']>;
  /** Gradients before broadcasting is undone; that is done here. Absent for ops without gradient. */
  backward?(dy: Tensor, a: Tensor, b: Tensor, y: Tensor): readonly [GradThunk, GradThunk];
  /** The result is bool whatever goes in. @default false */
  compares?: boolean;
  /** Whole numbers give float32. @default false */
  divides?: boolean;
  /** Two bool tensors are taken, and give bool. @default true */
  bools?: boolean;
}

/** An op y = f(a, b) on each pair of elements, with broadcasting. */
export function defineBinary<N extends OpName>(
  name: N,
  { f, saves = 'all', backward, compares = false, divides = false, bools = true }: Binary,
): Op<N> {
  const outputDtype = (given: DType): DType => {
    if (compares) return 'bool';
    if (divides) return isFloat(given) ? given : 'float32';
    if (given === 'bool' && !bools)
      throw new DTypeError(
        name,
        "both tensors are bool, at least one number is required; convert with .to('int32')",
      );
    return given;
  };
  return defineOp(name, {
    ...(!compares && { inPlace: [0] }),
    saves,
    infer([a, b]) {
      const dtype = outputDtype(resultDtype(a, b));
      return [{ shape: broadcastShapes(name, a.shape, b.shape), dtype }];
    },
    reference([a, b], [y]) {
      mapBinary(a, b, y, f);
      if (y.dtype === 'bool') mapUnary(y, y, (sum) => (sum === 0 ? 0 : 1)); // true + true is true
    },
    ...(backward && {
      backward: (dy, [a, b], _attrs, [y]) => {
        const [da, db] = backward(dy, a, b, y);
        return [() => da().sumTo(a.shape).to(a.dtype), () => db().sumTo(b.shape).to(b.dtype)];
      },
    }),
  });
}
