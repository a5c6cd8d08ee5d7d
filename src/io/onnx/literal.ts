/** Tensors that a file holds: weights and constants. */
import { allocateUncleared, type DType, type TypedArray } from '../../core/dtype.js';
import { quote } from '../../core/outside-text.js';
import { formatShape, numel, type Shape } from '../../core/shape.js';
import { fromArray } from '../../tensor/creation.js';
import { encodings } from '../elements.js';
import type { OnnxFailure } from './failure.js';
import type { Int64, TensorProto } from './proto.js';
import { Numbers, type Value } from './values.js';

/**
 * The numbers of `TensorProto.DataType` that are read, and which list holds the elements where `rawData` does not; those of two
 * bytes stand there as whole numbers.
 */
const types = {
  1: { name: 'float32', size: 4, list: 'floatData' },
  6: { name: 'int32', size: 4, list: 'int32Data' },
  7: { name: 'int64', size: 8, list: 'int64Data' },
  9: { name: 'bool', size: 1, list: 'int32Data' },
  10: { name: 'float16', size: 2, list: 'int32Data' },
  11: { name: 'float64', size: 8, list: 'doubleData' },
  16: { name: 'bfloat16', size: 2, list: 'int32Data' },
} as const;

const otherNames: Readonly<Record<number, string>> = {
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  8: 'string',
  12: 'uint32',
  13: 'uint64',
  14: 'complex64',
  15: 'complex128',
};

/** How floating-point numbers of two bytes become float32. */
const halves = { float16: encodings.F16, bfloat16: encodings.BF16 } as const;

const maxRank = 16;

/** The most whole numbers of a tensor, and bytes of a list in which each takes as many as it needs. */
const maxNumbers = 2 ** 22;
const maxListBytes = 2 ** 20;

export type Unpack = (bytes: Uint8Array, most: number) => number[];

/** A tensor that a network is given, not computed. */
export interface Initializer {
  readonly shape: Shape;
  /** Whether it can be trained: an array of floating-point numbers. */
  readonly isWeight: boolean;
  /** Writes its elements into `target`. */
  copyTo(target: TypedArray): void;
  /** As nodes take it. */
  value(): Value;
}

/** A tensor of the file, whose elements are copied when they are asked for. */
export class Literal implements Initializer {
  private readonly type: (typeof types)[keyof typeof types];
  private readonly number: number;
  private readonly bytes: Uint8Array | null;
  private readonly numbers: readonly number[];
  readonly shape: Shape;

  constructor(
    readonly name: string,
    proto: TensorProto,
    fail: OnnxFailure,
    unpack: Unpack,
    /** Whether nodes are made by its elements. */
    private readonly isFixed = false,
  ) {
    const what = `tensor ${quote(name)}`;
    const refuse = (detail: string) => fail(`${what} ${detail}`);
    if ((proto.dataLocation ?? 0) !== 0 || (proto.externalData ?? []).length > 0)
      throw refuse('has its elements in another file, which is read of weights alone');
    if ((proto.segment?.length ?? 0) > 0) throw refuse('is in segments, which are not read');
    const number = proto.dataType ?? 0;
    const type = (types as Readonly<Record<number, Literal['type']>>)[number];
    if (type === undefined)
      throw refuse(
        `is of type ${otherNames[number] ?? number}; float32, float64, float16, bfloat16, int32, int64 and bool are read`,
      );
    this.type = type;
    this.number = number;
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
    const numbers = isPlain ? [] : unpack(list, count);
    const isHalf = type.name === 'float16' || type.name === 'bfloat16';
    this.numbers = isHalf ? [] : numbers;
    if (isPlain) this.bytes = plain?.length ? plain : new Uint8Array();
    else this.bytes = isHalf ? new Uint8Array(Uint16Array.from(numbers).buffer) : null;
    const found = this.bytes === null ? this.numbers.length : this.bytes.length / type.size;
    if (found !== count)
      throw refuse(`has the shape ${formatShape(this.shape)}, but ${found} elements`);
  }

  get dtype(): DType {
    const { name } = this.type;
    if (name === 'bool' || name === 'int32') return name;
    return name === 'int64' ? 'int32' : 'float32';
  }

  get isWeight(): boolean {
    const { name } = this.type;
    return !this.isFixed && this.shape.length > 0 && (name === 'float32' || name in halves);
  }

  copyTo(target: TypedArray): void {
    const { bytes } = this;
    if (bytes === null) target.set(this.numbers);
    else if (this.type.name === 'float16' || this.type.name === 'bfloat16')
      halves[this.type.name].decode(bytes, target, 0);
    else if (this.type.name === 'float32')
      new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(bytes);
    else {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let i = 0; i < target.length; i++) target[i] = this.element(view, i);
    }
  }

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

  /** Its elements as they lie in a file, little-endian. `type` is the number of `TensorProto.DataType`. */
  raw(): { readonly type: number; readonly data: Uint8Array } {
    const { bytes, number: type, numbers } = this;
    if (bytes !== null) return { type, data: bytes };
    const list = {
      1: () => Uint8Array.from(numbers),
      4: () => Int32Array.from(numbers),
      8: () => BigInt64Array.from(numbers, BigInt),
    }[this.type.size as 1 | 4 | 8]; // two bytes are raw
    return { type, data: new Uint8Array(list().buffer) };
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
