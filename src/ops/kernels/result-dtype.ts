import { type DType, isFloat, promote } from '../../core/dtype.js';
import type { TensorType } from '../../graph/op.js';

/**
 * The dtype of a result of several tensors, as PyTorch has it: the widest, but a scalar (0-d) widens tensors with
 * dimensions only from bool to whole numbers or from those to floats.
 */
export function resultDtype(...inputs: readonly TensorType[]): DType {
  const arrays = inputs.filter(({ shape }) => shape.length > 0);
  const scalars = inputs.filter(({ shape }) => shape.length === 0);
  const widest = (types: readonly TensorType[]) =>
    types.reduce<DType>((dtype, type) => promote(dtype, type.dtype), 'bool');
  if (arrays.length === 0 || scalars.length === 0) return widest(inputs);
  const array = widest(arrays);
  const scalar = widest(scalars);
  return category(scalar) > category(array) ? scalar : array;
}

function category(dtype: DType): number {
  if (dtype === 'bool') return 0;
  return isFloat(dtype) ? 2 : 1;
}
