import { type DType, dtypeOf, dtypes, type TypedArray } from '../core/dtype.js';
import { DTypeError, ShapeError } from '../core/errors.js';
import { formatShape, numel, requireShape } from '../core/shape.js';
import type { NdArray } from '../graph/op.js';

export function isTypedArray(value: unknown): value is TypedArray {
  return (
    value instanceof Float32Array ||
    value instanceof Float64Array ||
    value instanceof Int32Array ||
    value instanceof Uint8Array
  );
}

/** Whether it is an array with a shape; tensors are. Whether its parts fit together, `requireNdArray` checks. */
export function isNdArray(value: unknown): value is NdArray {
  return (
    typeof value === 'object' &&
    value !== null &&
    'shape' in value &&
    Array.isArray(value.shape) &&
    'dtype' in value &&
    'data' in value &&
    isTypedArray(value.data)
  );
}

/** Throws unless shape, dtype and data of an array that others made say the same. */
export function requireNdArray(
  subject: string,
  what: string,
  { shape, dtype, data }: NdArray,
): void {
  requireShape(subject, shape);
  if (numel(shape) !== data.length)
    throw new ShapeError(
      subject,
      `${what} has ${data.length} numbers for shape ${formatShape(shape)}, which holds ${numel(shape)}`,
    );
  if (!dtypes.includes(dtype))
    throw new DTypeError(subject, `${what} has dtype '${dtype}'; there are ${dtypes.join(', ')}`);
  if (storedAs(dtype) !== dtypeOf(data))
    throw new DTypeError(
      subject,
      `${what} has dtype '${dtype}', but its data are a ${data.constructor.name}`,
    );
}

function storedAs(dtype: DType): DType {
  return dtype === 'bool' ? 'uint8' : dtype;
}
