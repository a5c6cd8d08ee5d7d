import { type DType, isFloat } from '../core/dtype.js';
import { full } from '../tensor/creation.js';
import { Tensor } from '../tensor/tensor.js';

/** A tensor, or a number that stands for a scalar tensor. */
export type TensorLike = Tensor | number;

/**
 * `value` as a tensor to meet `other`: a number becomes a scalar of `other`'s dtype, or of float32 where it has a fraction
 * and `other` holds whole numbers.
 */
export function operand(value: TensorLike, other: Tensor): Tensor {
  return value instanceof Tensor
    ? value
    : full([], value, { dtype: scalarDtype(value, other.dtype) });
}

function scalarDtype(value: number, met: DType): DType {
  if (isFloat(met)) return met;
  if (!Number.isInteger(value)) return 'float32';
  return met === 'bool' ? 'int32' : met;
}
