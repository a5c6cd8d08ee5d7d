/** PyTorch's element types: how its files name them, and how their elements are read. */
import type { DType } from '../../core/dtype.js';
import type { EncodingName } from '../elements.js';

/** A storage class, `torch.FloatStorage`, and the dtype of its elements, `torch.float32`. */
const types = [
  ['FloatStorage', 'float32', 'F32'],
  ['DoubleStorage', 'float64', 'F64'],
  ['HalfStorage', 'float16', 'F16'],
  ['BFloat16Storage', 'bfloat16', 'BF16'],
  ['LongStorage', 'int64', 'I64'],
  ['IntStorage', 'int32', 'I32'],
  ['ShortStorage', 'int16', 'I16'],
  ['CharStorage', 'int8', 'I8'],
  ['ByteStorage', 'uint8', 'U8'],
  ['BoolStorage', 'bool', 'BOOL'],
  [null, 'float8_e5m2', 'F8_E5M2'],
  [null, 'float8_e4m3fn', 'F8_E4M3'],
  [null, 'uint16', 'U16'],
  [null, 'uint32', 'U32'],
  [null, 'uint64', 'U64'],
] as const satisfies readonly (readonly [string | null, string, EncodingName])[];

/** Names of the pickle's globals, `torch FloatStorage` or `torch float32`, to how their elements lie in the file. */
export const storageEncodings: ReadonlyMap<string, EncodingName> = new Map(
  types.flatMap(([storage, , encoding]) =>
    storage === null ? [] : [[`torch ${storage}`, encoding] as const],
  ),
);

export const dtypeEncodings: ReadonlyMap<string, EncodingName> = new Map(
  types.map(([, dtype, encoding]) => [`torch ${dtype}`, encoding]),
);

/** The storage that holds elements of a tensor of wick. Whole numbers are int64 in PyTorch wherever nobody asks for less. */
export const storageOf: Readonly<Record<DType, string>> = {
  float32: 'FloatStorage',
  float64: 'DoubleStorage',
  int32: 'LongStorage',
  uint8: 'ByteStorage',
  bool: 'BoolStorage',
};
