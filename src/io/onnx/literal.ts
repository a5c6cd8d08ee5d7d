/** Tensors that a file holds: weights and constants. */
import { allocateUncleared, type DType, type TypedArray } from '../../core/dtype.js';
import { quote } from '../../core/outside-text.js';
import { formatShape, numel, type Shape } from '../../core/shape.js';
import { fromArray } from '../../tensor/creation.js';
import type { OnnxFailure } from './failure.js';
import type { Int64, TensorProto } from './proto.js';
import { Numbers, type Value } from './values.js';

/** The numbers of `TensorProto.DataType` that are read, and which list holds the elements where `rawData` does not. */
const types = {
  1: { name: 'float32', size: 4, list: 'floatData' },
  6: { name: 'int32', size: 4, list: 'int32Data' },
  7: { name: 'int64', size: 8, list: 'int64Data' },
  9: { name: 'bool', size: 1, list: 'int32Data' },
  11: { name: 'float64', size: 8, list: 'doubleData' },
} as const;

const otherNames: Readonly<Record<number, string>> = {
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  8: 'string',
  10: 'float16',
  12: 'uint32',
  13: 'uint64',
  14: 'complex64',
  15: 'complex128',
  16: 'bfloat16',
};

const maxRank = 16;

/** The most whole numbers of a tensor, and bytes of a list in which each takes as many as it needs. */
const maxNumbers = 2 ** 22;
const maxListBytes = 2 ** 20;

export type Unpack = (bytes: Uint8Array, most: number) => number[];

/** A tensor of the file, whose elements are copied when they are asked for. */
export class Literal {
  private readonly type: (typeof types)[keyof typeof types];
  private readonly bytes: Uint8Array | null;
  private readonly numbers: readonly number[];
  readonly shape: Shape;

  constructor(
    readonly name: string,
    proto: TensorProto,
    fail: OnnxFailure,
    unpack: Unpack,
  ) {
    const what = `tensor ${quote(name)}`;
    const refuse = (detail: string) => fail(`${what} ${detail}`);
    if ((proto.dataLocation ?? 0) !== 0 || (proto.externalData ?? []).length > 0)
      throw refuse(
        'has its elements in another file, which is not read; save the model as one file',
      );
    if ((proto.segment?.length ?? 0) > 0) throw refuse('is in segments, which are not read');
    const number = proto.dataType ?? 0;
    const type = (types as Readonly<Record<number, Literal['type']>>)[number];
    if (type === undefined)
      throw refuse(
        `is of type ${otherNames[number] ?? number}; float32, float64, int32, int64 and bool are read`,
      );
    this.type = type;
    this.shape = shapeOf(proto.dims ?? [], refuse);
    const count = numel(this.shape);
    const lists = proto[type.list] ?? [];
    const isRaw = proto.rawData != null && (proto.rawData.length > 0 || lists.length === 0);
    const isPlain = isRaw || type.list === 'floatData' || type.list === 'doubleData';
    const [list = new Uint8Array()] = lists;
    if (lists.length > 1 || (!isPlain && list.length > maxListBytes))
      throw refuse('has its elements in lists that are too long or in parts; raw data are read');
    const isWhole = type.name === 'int32' || type.name === 'int64';
    if (isWhole && count > maxNumbers)
      throw refuse(`has ${count} whole numbers, at most ${maxNumbers} are read`);
    const plain = isRaw ? proto.rawData : list;
    this.bytes = isPlain ? (plain?.length ? plain : new Uint8Array()) : null;
    this.numbers = isPlain ? [] : unpack(list, count);
    const found = this.bytes === null ? this.numbers.length : this.bytes.length / type.size;
    if (found !== count)
      throw refuse(`has the shape ${formatShape(this.shape)}, but ${found} elements`);
  }

  get dtype(): DType {
    const { name } = this.type;
    return name === 'float64' ? 'float32' : name === 'int64' ? 'int32' : name;
  }

  /** Whether it can be trained: an array of floating-point numbers. */
  get isWeight(): boolean {
    return this.type.name === 'float32' && this.shape.length > 0;
  }

  /** Writes its elements into `target`. */
  copyTo(target: TypedArray): void {
    const { bytes } = this;
    if (bytes === null) target.set(this.numbers);
    else if (this.type.name === 'float32')
      new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(bytes);
    else {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let i = 0; i < target.length; i++) target[i] = this.element(view, i);
    }
  }

  /** As nodes take it. */
  value(): Value {
    const { bytes, shape, dtype } = this;
    const isWhole = this.type.name === 'int32' || this.type.name === 'int64';
    if (isWhole && bytes === null) return new Numbers(this.numbers, shape);
    if (isWhole && bytes !== null) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return new Numbers(
        Array.from({ length: numel(shape) }, (_, i) => this.element(view, i)),
        shape,
      );
    }
    const array = allocateUncleared(dtype, numel(shape));
    this.copyTo(array);
    return fromArray(array, shape, dtype);
  }

  private element(view: DataView, i: number): number {
    const { name } = this.type;
    if (name === 'int32') return view.getInt32(4 * i, true);
    if (name === 'bool') return Number(view.getUint8(i) !== 0);
    if (name === 'float64') return view.getFloat64(8 * i, true);
    // The largest numbers stand for "to the end" in slices: that they are rounded makes no difference.
    return view.getInt32(8 * i + 4, true) * 2 ** 32 + view.getUint32(8 * i, true);
  }
}

function shapeOf(dims: readonly Int64[], refuse: (detail: string) => Error): number[] {
  const shape = dims.map(toNumber);
  if (shape.length > maxRank)
    throw refuse(`has ${shape.length} dimensions, at most ${maxRank} are read`);
  const isShape = shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!isShape || !Number.isSafeInteger(numel(shape)))
    throw refuse(`has the shape ${formatShape(shape)}, which no tensor has`);
  return shape;
}

export function toNumber(value: Int64): number {
  return typeof value === 'number' ? value : value.toNumber();
}
