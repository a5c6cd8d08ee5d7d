import type { TypedArray } from '../core/dtype.js';
import { DTypeError, ValueError } from '../core/errors.js';

/** Arrays of numbers of all kinds that JavaScript has. Element types that tensors lack become the next that holds them. */
export type NumberArray =
  | TypedArray
  | Int8Array
  | Int16Array
  | Uint16Array
  | Uint32Array
  | Uint8ClampedArray
  | BigInt64Array
  | BigUint64Array;

/** The numbers in an array of a kind that tensors have: float32, float64, int32 or uint8. */
export function plainNumbers(values: NumberArray): TypedArray {
  if (
    values instanceof Float32Array ||
    values instanceof Float64Array ||
    values instanceof Int32Array ||
    values instanceof Uint8Array
  )
    return values;
  if (values instanceof Uint8ClampedArray)
    return new Uint8Array(values.buffer, values.byteOffset, values.length);
  if (values instanceof Int8Array || values instanceof Int16Array || values instanceof Uint16Array)
    return Int32Array.from(values);
  if (
    values instanceof Uint32Array ||
    values instanceof BigInt64Array ||
    values instanceof BigUint64Array
  )
    return wholeNumbers(values);
  const kind: string = (values as object).constructor.name; // without types anything can come
  if (kind === 'Float16Array') return Float32Array.from(values as Iterable<number>);
  throw new DTypeError('tensor', `a ${kind} is no array of numbers; pass a typed array`);
}

function wholeNumbers(values: Uint32Array | BigInt64Array | BigUint64Array): Int32Array {
  const data = new Int32Array(values.length);
  values.forEach((value: number | bigint, i: number) => {
    data[i] = Number(value);
    if (data[i] !== Number(value))
      throw new ValueError(
        'tensor',
        `${value} at position ${i} does not fit into int32; pass a Float64Array`,
      );
  });
  return data;
}
