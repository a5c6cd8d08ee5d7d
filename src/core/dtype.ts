import { spend } from './budget.js';
import { DTypeError, ValueError } from './errors.js';
import { show } from './outside-text.js';

/** Element types. `int32` is for labels and indices; `bool` is stored as 0/1 bytes. */
export type DType = 'float32' | 'float64' | 'int32' | 'uint8' | 'bool';

/** An element type as it is asked for. PyTorch's `int64`, the type of its labels and indices, is int32 here. */
export type DTypeName = DType | 'int64';

/** The arrays that hold tensor elements. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

const table = {
  bool: { array: Uint8Array, rank: 0 },
  uint8: { array: Uint8Array, rank: 1 },
  int32: { array: Int32Array, rank: 2 },
  float32: { array: Float32Array, rank: 3 },
  float64: { array: Float64Array, rank: 4 },
} as const;

export const dtypes = Object.keys(table) as readonly DType[];

const otherNames: Readonly<Record<string, DType>> = {
  int64: 'int32',
  long: 'int32',
  int: 'int32',
  float: 'float32',
  double: 'float64',
};

/** The element type of that name. @throws DTypeError where there is none */
export function readDType(subject: string, name: DTypeName): DType {
  if (Object.hasOwn(table, name)) return name as DType;
  const other = Object.hasOwn(otherNames, name) ? otherNames[name] : undefined;
  if (other !== undefined) return other;
  throw new DTypeError(
    subject,
    `dtype=${show(name)} is not known; known are ${dtypes.join(', ')}, and int64 as another name of int32`,
  );
}

/** A zero-filled array of `length` elements. @throws ValueError when there is no room for so many */
export function allocate(dtype: DType, length: number): TypedArray {
  spend(length * itemSize(dtype));
  return orTooLarge(dtype, length, () => new table[dtype].array(length));
}

/** From so many bytes on, clearing an array takes longer than to ask for one that is not cleared. */
const worthLeaving = 65536;

/** An array of `length` elements that hold anything, for those who will write them all. */
export function allocateUncleared(dtype: DType, length: number): TypedArray {
  const bytes = length * itemSize(dtype);
  if (bytes < worthLeaving || typeof Buffer === 'undefined') return allocate(dtype, length);
  spend(bytes);
  return orTooLarge(dtype, length, () =>
    viewOf(dtype, Buffer.allocUnsafeSlow(bytes).buffer, 0, length),
  );
}

/** What `make` makes: it says RangeError, and not of what, where memory or the longest array there is do not suffice. */
function orTooLarge(dtype: DType, length: number, make: () => TypedArray): TypedArray {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const size = (length * itemSize(dtype)) / 2 ** 30;
    throw new ValueError(
      'tensor',
      `${length} elements of ${dtype} (${Number(size.toPrecision(3))} GiB) are more than can be allocated; ` +
        'use smaller shapes or batches',
      { cause },
    );
  }
}

/** Elements of `dtype` that lie in `buffer` from `byteOffset`. */
export function viewOf(
  dtype: DType,
  buffer: ArrayBufferLike,
  byteOffset: number,
  length: number,
): TypedArray {
  // The constructors take shared memory too, but a union of them types only ArrayBuffer.
  return new table[dtype].array(buffer as ArrayBuffer, byteOffset, length);
}

/** Bytes of one element. */
export function itemSize(dtype: DType): number {
  return table[dtype].array.BYTES_PER_ELEMENT;
}

export function isFloat(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64';
}

/** The type of a result of two tensors: the wider of both in the order bool, uint8, int32, float32, float64. */
export function promote(a: DType, b: DType): DType {
  return table[a].rank >= table[b].rank ? a : b;
}

/** Throws unless `dtype` is a floating type: gradients and most arithmetic need one. */
export function requireFloat(subject: string, what: string, dtype: DType): void {
  if (!isFloat(dtype))
    throw new DTypeError(
      subject,
      `${what} is ${dtype}, float32 or float64 is required; convert it with .to('float32')`,
    );
}

/** The type of a typed array's elements. */
export function dtypeOf(array: TypedArray): DType {
  if (array instanceof Float32Array) return 'float32';
  if (array instanceof Float64Array) return 'float64';
  return array instanceof Int32Array ? 'int32' : 'uint8';
}
