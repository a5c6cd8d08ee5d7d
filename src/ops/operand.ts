import { type DType, isFloat } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import { show } from '../core/outside-text.js';
import { full } from '../tensor/creation.js';
import { Tensor } from '../tensor/tensor.js';

/** A tensor, or a number that stands for a scalar tensor. */
export type TensorLike = Tensor | number;

/**
 * `value` as a tensor to meet `other`: a number becomes a scalar of `other`'s dtype, or of float32 where it has a fraction
 * and `other` holds whole numbers.
 *
 * @throws ValueError for anything else: `undefined` would make every element NaN, and `null` 0
 */
export function operand(value: TensorLike, other: Tensor): Tensor {
  if (value instanceof Tensor) return value;
  if (typeof value !== 'number' && typeof value !== 'boolean')
    throw new ValueError(
      'operand',
      `${show(value)} is given, a tensor or a number is required; make one with tensor(…)`,
    );
  return full([], value, { dtype: scalarDtype(Number(value), other.dtype) });
}

function scalarDtype(value: number, met: DType): DType {
  if (isFloat(met)) return met;
  if (!Number.isInteger(value)) return 'float32';
  return met === 'bool' ? 'int32' : met;
}
