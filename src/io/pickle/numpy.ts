/** NumPy arrays in pickles. */
import { show } from '../../core/outside-text.js';
import { formatShape } from '../../core/shape.js';
import type { PickleGlobal, PickleGlobals } from './globals.js';

const arrays = {
  b1: Uint8Array,
  u1: Uint8Array,
  i1: Int8Array,
  u2: Uint16Array,
  i2: Int16Array,
  u4: Uint32Array,
  i4: Int32Array,
  u8: BigUint64Array,
  i8: BigInt64Array,
  f4: Float32Array,
  f8: Float64Array,
} as const;

/** NumPy's element types that are read: kind and bytes, such as `u1`. */
export type NumpyType = keyof typeof arrays;

type NumpyData = InstanceType<(typeof arrays)[NumpyType]>;

/** NumPy's own limit, of version 2. */
const maxRank = 64;

/** An array, row-major. */
export class NumpyArray {
  shape: readonly number[] = [];
  dtype: NumpyType = 'u1';
  data: NumpyData = new Uint8Array(0);
}

class NumpyDtype {
  bigEndian = false;
  constructor(readonly type: NumpyType) {}
}

const makeArray: PickleGlobal = {
  construct: () => new NumpyArray(),
  setState: (array, state) => {
    if (!(array instanceof NumpyArray) || !Array.isArray(state)) throw new TypeError('bad state');
    const [, shape, dtype, fortran, bytes] = state;
    fill(array, shape, dtype, bytes, fortran === true || fortran === 1);
  },
};

const fromBuffer: PickleGlobal = {
  construct: ([bytes, dtype, shape, order]) =>
    fill(new NumpyArray(), shape, dtype, bytes, order === 'F'),
};

const scalar: PickleGlobal = {
  construct: ([dtype, bytes]) => fill(new NumpyArray(), [], dtype, bytes, false).data[0],
};

/** NumPy's arrays, scalars and element types; the modules of NumPy 1 and 2. */
export const numpyGlobals: PickleGlobals = {
  'numpy ndarray': {},
  'numpy dtype': {
    construct: ([type]) => new NumpyDtype(requireType(type)),
    setState: (dtype, state) => {
      if (dtype instanceof NumpyDtype && Array.isArray(state)) dtype.bigEndian = state[1] === '>';
    },
  },
  'numpy.core.multiarray _reconstruct': makeArray,
  'numpy._core.multiarray _reconstruct': makeArray,
  'numpy.core.multiarray scalar': scalar,
  'numpy._core.multiarray scalar': scalar,
  'numpy.core.numeric _frombuffer': fromBuffer,
  'numpy._core.numeric _frombuffer': fromBuffer,
};

function requireType(type: unknown): NumpyType {
  if (typeof type === 'string' && Object.hasOwn(arrays, type)) return type as NumpyType;
  throw new TypeError(
    `element type ${show(type)}, one of ${Object.keys(arrays).join(', ')} is required`,
  );
}

function fill(
  array: NumpyArray,
  shape: unknown,
  dtype: unknown,
  content: unknown,
  fortran: boolean,
): NumpyArray {
  if (!(dtype instanceof NumpyDtype)) throw new TypeError('an array without an element type');
  if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && size >= 0))
    throw new TypeError('an array without a shape');
  if (shape.length > maxRank)
    throw new TypeError(`an array of ${shape.length} dimensions, NumPy allows ${maxRank}`);
  // Python 2 wrote bytes as text.
  const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
  if (!(bytes instanceof Uint8Array)) throw new TypeError('an array without bytes');
  const ArrayType = arrays[dtype.type];
  const size = ArrayType.BYTES_PER_ELEMENT;
  const length = shape.reduce((a: number, b: number) => a * b, 1);
  if (bytes.length !== length * size)
    throw new TypeError(
      `an array ${formatShape(shape)} of ${dtype.type} in ${bytes.length} bytes, ${length * size} are required`,
    );
  const copy = Uint8Array.from(bytes); // aligned, and nobody else's
  if (dtype.bigEndian)
    for (let i = 0; i < copy.length; i += size) copy.subarray(i, i + size).reverse();
  const data = new ArrayType(copy.buffer);
  array.shape = shape;
  array.dtype = dtype.type;
  array.data = fortran && shape.length > 1 ? toRowMajor(data, shape) : data;
  return array;
}

function toRowMajor(data: NumpyData, shape: readonly number[]): NumpyData {
  const result = data.slice();
  const index = new Array<number>(shape.length).fill(0);
  for (let target = 0; target < data.length; target++) {
    let source = 0;
    for (let d = shape.length - 1; d >= 0; d--) source = source * (shape[d] ?? 1) + (index[d] ?? 0);
    result[target] = data[source] ?? 0;
    for (let d = shape.length - 1; d >= 0; d--) {
      const next = (index[d] ?? 0) + 1;
      index[d] = next === shape[d] ? 0 : next;
      if (next !== shape[d]) break;
    }
  }
  return result;
}
