/**
 * The element types of files that wick does not write, and how they become a tensor's: half, bfloat16 and 8-bit floats
 * widen to float32; all whole numbers become int32 and must fit. Bytes are little-endian.
 */
import type { DType, TypedArray } from '../core/dtype.js';

/** How elements lie in a file. */
export interface Encoding {
  /** Bytes of one element in the file. */
  readonly size: number;
  /** What it becomes. */
  readonly dtype: DType;
  /** Turns the elements in `bytes` into those of `target` from `at` on; returns the first that cannot be one, or null. */
  readonly decode: (bytes: Uint8Array, target: TypedArray, at: number) => Misfit | null;
}

/** An element that its tensor cannot hold. */
export interface Misfit {
  /** Its place among the elements decoded. */
  readonly index: number;
  readonly value: number | bigint;
}

/** By their names in safetensors files. */
export const encodings = {
  F64: plain('float64', 8),
  F32: plain('float32', 4),
  F16: looked(
    'float32',
    2,
    once(() => floatTable(5, 10, true)),
  ),
  BF16: each('float32', 2, (view, i) => bfloat16(view.getUint16(i, true))),
  F8_E5M2: looked(
    'float32',
    1,
    once(() => floatTable(5, 2, true)),
  ),
  F8_E4M3: looked(
    'float32',
    1,
    once(() => floatTable(4, 3, false)),
  ),
  I64: each('int32', 8, (view, i) => {
    const low = view.getInt32(i, true);
    return view.getInt32(i + 4, true) === low >> 31 ? low : view.getBigInt64(i, true);
  }),
  U64: each('int32', 8, (view, i) => {
    const low = view.getInt32(i, true);
    return low >= 0 && view.getInt32(i + 4, true) === 0 ? low : view.getBigUint64(i, true);
  }),
  I32: plain('int32', 4),
  U32: each('int32', 4, (view, i) => {
    const value = view.getUint32(i, true);
    return value < 2 ** 31 ? value : BigInt(value);
  }),
  I16: each('int32', 2, (view, i) => view.getInt16(i, true)),
  U16: each('int32', 2, (view, i) => view.getUint16(i, true)),
  I8: each('int32', 1, (view, i) => view.getInt8(i)),
  U8: plain('uint8', 1),
  BOOL: each('bool', 1, (view, i) => {
    const value = view.getUint8(i);
    return value <= 1 ? value : BigInt(value);
  }),
} as const satisfies Readonly<Record<string, Encoding>>;

export type EncodingName = keyof typeof encodings;

export const encodingNames = Object.keys(encodings) as readonly EncodingName[];

export function isEncodingName(name: unknown): name is EncodingName {
  return typeof name === 'string' && Object.hasOwn(encodings, name);
}

/** The same bytes in the file and in memory. */
function plain(dtype: DType, size: number): Encoding {
  const decode: Encoding['decode'] = (bytes, target, at) => {
    const place = target.byteOffset + at * size;
    new Uint8Array(target.buffer, place, bytes.length).set(bytes);
    return null;
  };
  return { size, dtype, decode };
}

/** Elements one by one; `read` gives a bigint where the tensor cannot hold the value. */
function each(
  dtype: DType,
  size: number,
  read: (view: DataView, offset: number) => number | bigint,
): Encoding {
  const decode: Encoding['decode'] = (bytes, target, at) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const count = bytes.length / size;
    for (let i = 0; i < count; i++) {
      const value = read(view, i * size);
      if (typeof value === 'bigint') return { index: i, value };
      target[at + i] = value;
    }
    return null;
  };
  return { size, dtype, decode };
}

/** Elements of few bits, by a table of all values. */
function looked(dtype: DType, size: 1 | 2, table: () => Float32Array): Encoding {
  const decode: Encoding['decode'] = (bytes, target, at) => {
    const values = table(); // all 2^(8·size) of them
    const count = bytes.length / size;
    for (let i = 0; i < count; i++) {
      const low = bytes[i * size] as number;
      const bits = size === 1 ? low : low | ((bytes[i * size + 1] as number) << 8);
      target[at + i] = values[bits] as number;
    }
    return null;
  };
  return { size, dtype, decode };
}

const word = new Uint32Array(1);
const single = new Float32Array(word.buffer);

/** The upper half of a float32. */
function bfloat16(bits: number): number {
  word[0] = bits << 16;
  return single[0] as number;
}

/**
 * All floats of a sign, `exponentBits` and `mantissaBits`. In those that follow IEEE 754 the highest exponent is for ∞ and
 * NaN; in the others only its highest mantissa is, for NaN.
 */
function floatTable(exponentBits: number, mantissaBits: number, ieee: boolean): Float32Array {
  const half = 2 ** (exponentBits + mantissaBits);
  const ones = 2 ** mantissaBits;
  const highest = 2 ** exponentBits - 1;
  const bias = 2 ** (exponentBits - 1) - 1;
  const table = new Float32Array(2 * half);
  for (let bits = 0; bits < half; bits++) {
    const exponent = Math.floor(bits / ones);
    const mantissa = bits % ones;
    let value =
      exponent === 0
        ? (mantissa / ones) * 2 ** (1 - bias)
        : (1 + mantissa / ones) * 2 ** (exponent - bias);
    if (exponent === highest) {
      if (ieee) value = mantissa === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
      else if (mantissa === ones - 1) value = Number.NaN;
    }
    table[bits] = value;
    table[half + bits] = -value;
  }
  return table;
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
