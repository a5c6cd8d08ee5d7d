/** Writes values as Python would in pickle protocol 2, which every PyTorch reads with `weights_only=True`: it asks for nothing but tensors. */
import { ValueError } from '../../core/errors.js';
import { quote, show } from '../../core/outside-text.js';
import { numel, stridesOf } from '../../core/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { storageOf } from './storage-types.js';

/** What can be saved: tensors, and plain values around them. */
export type TorchValue =
  | Tensor
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly TorchValue[]
  | ReadonlyMap<string | number, TorchValue>
  | { readonly [key: string]: TorchValue };

/** Values within values. */
const maxDepth = 100;

/** A pickle, and the storages `0`, `1`, … that it refers to. */
export class Pickler {
  private readonly parts: Buffer[] = [Buffer.from([0x80, 2])];
  /** By what they hold: tensors that share a storage share it in the file. */
  private readonly keys = new Map<Tensor['storage'], number>();
  /** One tensor of each storage, in the order of their keys. */
  readonly tensors: Tensor[] = [];

  pickle(value: TorchValue): Uint8Array {
    this.write(value, 'the value', 0);
    this.op('.');
    return Buffer.concat(this.parts);
  }

  private write(value: TorchValue, where: string, depth: number): void {
    if (depth > maxDepth)
      throw new ValueError('saveTorch', `${where} lies over ${maxDepth} values deep, or in itself`);
    if (value === null) this.op('N');
    else if (value instanceof Tensor) this.tensor(value);
    else if (typeof value === 'boolean') this.op(value ? '\x88' : '\x89');
    else if (typeof value === 'number' || typeof value === 'bigint') this.number(value);
    else if (typeof value === 'string') this.text(value, where);
    else if (Array.isArray(value)) this.list(value, where, depth);
    else if (value instanceof Map) {
      this.emptyOrderedDict();
      this.items(value, where, depth);
    } else if (isPlainObject(value)) {
      this.op('}');
      this.items(Object.entries(value), where, depth);
    } else
      throw new ValueError(
        'saveTorch',
        `${where} is ${show(value)}, a tensor, a number, a text, a list, a Map or a plain object is required`,
      );
  }

  /** `_rebuild_tensor_v2(storage, 0, size, stride, False, OrderedDict())` */
  private tensor(tensor: Tensor): void {
    const { shape, dtype, storage } = tensor;
    const key = this.keys.get(storage) ?? this.tensors.length;
    if (key === this.tensors.length) this.tensors.push(tensor);
    this.keys.set(storage, key);
    this.global('torch._utils', '_rebuild_tensor_v2');
    this.op('((');
    this.text('storage', 'storage');
    this.global('torch', storageOf[dtype]);
    this.text(String(key), 'key');
    this.text('cpu', 'device');
    this.number(numel(shape));
    this.op('tQ');
    this.number(0);
    this.tuple(shape);
    this.tuple(stridesOf(shape));
    this.op('\x89');
    this.emptyOrderedDict();
    this.op('tR');
  }

  private list(items: readonly TorchValue[], where: string, depth: number): void {
    this.op('](');
    for (const [i, item] of items.entries()) this.write(item, `${where}[${i}]`, depth + 1);
    this.op('e');
  }

  private items(
    entries: Iterable<readonly [string | number, TorchValue]>,
    where: string,
    depth: number,
  ): void {
    this.op('(');
    for (const [key, value] of entries) {
      if (typeof key === 'number') this.number(key);
      else this.text(key, where);
      this.write(value, typeof key === 'string' ? quote(key) : `item ${key}`, depth + 1);
    }
    this.op('u');
  }

  private emptyOrderedDict(): void {
    this.global('collections', 'OrderedDict');
    this.op(')R');
  }

  private tuple(numbers: readonly number[]): void {
    this.op('(');
    for (const number of numbers) this.number(number);
    this.op('t');
  }

  private global(module: string, name: string): void {
    this.op(`c${module}\n${name}\n`);
  }

  /** Whole numbers as Python's int, others as its float. */
  private number(value: number | bigint): void {
    const bytes = Buffer.alloc(9);
    if (typeof value === 'bigint' || (Number.isSafeInteger(value) && !isInt32(value)))
      this.long(BigInt(value));
    else if (isInt32(value) && !Object.is(value, -0)) {
      bytes[0] = 0x4a;
      bytes.writeInt32LE(value, 1);
      this.parts.push(bytes.subarray(0, 5));
    } else {
      bytes[0] = 0x47;
      bytes.writeDoubleBE(value, 1);
      this.parts.push(bytes);
    }
  }

  /** LONG1: two's complement, little-endian, with a bit for the sign. */
  private long(value: bigint): void {
    let length = 1;
    while (BigInt.asIntN(8 * length, value) !== value) length++;
    if (length > 255)
      throw new ValueError('saveTorch', 'a whole number of over 255 bytes cannot be saved');
    const hex = BigInt.asUintN(8 * length, value)
      .toString(16)
      .padStart(2 * length, '0');
    this.parts.push(Buffer.from([0x8a, length]), Buffer.from(hex, 'hex').reverse());
  }

  private text(text: string, where: string): void {
    if (/\p{Cs}/u.test(text))
      throw new ValueError('saveTorch', `${where} has a text that is no Unicode: ${quote(text)}`);
    const bytes = Buffer.from(text);
    const head = Buffer.from([0x58, 0, 0, 0, 0]);
    head.writeUInt32LE(bytes.length, 1);
    this.parts.push(head, bytes);
  }

  private op(codes: string): void {
    this.parts.push(Buffer.from(codes, 'latin1'));
  }
}

function isInt32(value: number): boolean {
  return (value | 0) === value;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, TorchValue>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
