/** Samples into batches of plain arrays, which can travel between threads. */
import { allocate, dtypeOf } from '../core/dtype.js';
import { DTypeError, ShapeError, ValueError } from '../core/errors.js';
import { formatShape, numel, sameShape } from '../core/shape.js';
import type { NdArray } from '../graph/op.js';
import { isNdArray, isTypedArray, requireNdArray } from './nd-array.js';

/**
 * The batch as plain arrays. `names[k]` names sample k in messages. Arrays that lie in `memory`, each where it goes, are
 * the batch already.
 */
export function collateArrays(
  samples: readonly unknown[],
  names?: readonly number[],
  memory?: Float32Array,
): unknown {
  return collate(samples, { name: (k) => `sample ${names?.[k] ?? k}`, memory }, '');
}

/** The float32 array that a sample is or starts with. */
export function firstFloats(sample: unknown): Float32Array | null {
  const first = Array.isArray(sample) ? sample[0] : sample;
  return isNdArray(first) && first.data instanceof Float32Array ? first.data : null;
}

/** The memory behind a tree of new arrays, which may be handed to another thread. */
export function buffersOf(tree: unknown): ArrayBuffer[] {
  if (isNdArray(tree)) return tree.data.buffer instanceof ArrayBuffer ? [tree.data.buffer] : [];
  if (Array.isArray(tree)) return tree.flatMap(buffersOf);
  return isRecord(tree) ? Object.values(tree).flatMap(buffersOf) : [];
}

type Name = (k: number) => string;

interface CollateOptions {
  readonly name: Name;
  readonly memory: Float32Array | undefined;
}

function collate(values: readonly unknown[], options: CollateOptions, what: string): unknown {
  const { name } = options;
  const first = values[0];
  if (isNdArray(first)) return stack(values, first, options, what);
  if (typeof first === 'number') return numbers(values, name, what);
  if (typeof first === 'boolean')
    return { shape: [values.length], dtype: 'bool', data: Uint8Array.from(values, Number) };
  if (typeof first === 'string') return values;
  if (isTypedArray(first)) return collate(values.map(asVector), options, what);
  if (Array.isArray(first)) {
    const tuples = values as readonly (readonly unknown[])[];
    tuples.forEach((tuple, k) => {
      if (tuple.length !== first.length)
        throw new ShapeError(
          'DataLoader',
          `${name(k)} has ${tuple.length} items, ${name(0)} has ${first.length}`,
        );
    });
    return first.map((_, i) =>
      collate(
        tuples.map((tuple) => tuple[i]),
        options,
        `item ${i} of `,
      ),
    );
  }
  if (isRecord(first))
    return mapRecord(first, (_, key) =>
      collate(
        values.map((value) => (value as Readonly<Record<string, unknown>>)[key]),
        options,
        `'${key}' of `,
      ),
    );
  throw new ValueError(
    'DataLoader',
    `${what}${name(0)} is ${describe(first)}, which cannot be stacked into a batch; ` +
      'return arrays, numbers, texts, tuples or plain objects (for images: end the transform with ' +
      'ToTensor), or pass collate',
  );
}

function stack(
  values: readonly unknown[],
  first: NdArray,
  { name, memory }: CollateOptions,
  what: string,
): NdArray {
  requireNdArray('DataLoader', `${what}${name(0)}`, first);
  const { shape, dtype } = first;
  const size = numel(shape);
  const inPlace = memory?.length === values.length * size && first.data.buffer === memory.buffer;
  const data = inPlace ? memory : allocate(dtype, values.length * size);
  values.forEach((value, k) => {
    if (!isNdArray(value)) throw mixed(name(k), name(0), what, value, first);
    requireNdArray('DataLoader', `${what}${name(k)}`, value);
    if (!sameShape(value.shape, shape))
      throw new ShapeError(
        'DataLoader',
        `${what}${name(k)} has shape ${formatShape(value.shape)}, of ${name(0)} ${formatShape(shape)}; ` +
          'make them equal in the transform (Resize, CenterCrop, RandomResizedCrop) or pass collate',
      );
    if (value.dtype !== dtype)
      throw new DTypeError(
        'DataLoader',
        `${what}${name(k)} is ${value.dtype}, of ${name(0)} ${dtype}; return one type`,
      );
    if (value.data.buffer !== data.buffer) data.set(value.data, k * size);
  });
  return { shape: [values.length, ...shape], dtype, data };
}

function numbers(values: readonly unknown[], name: Name, what: string): NdArray {
  const data = new Int32Array(values.length);
  values.forEach((value, k) => {
    if (typeof value !== 'number') throw mixed(name(k), name(0), what, value, 0);
    data[k] = value;
    if (data[k] !== value)
      throw new ValueError(
        'DataLoader',
        `${what}${name(k)} is ${value}; plain numbers are class numbers (int32), ` +
          'return a Float32Array for values to regress on',
      );
  });
  return { shape: [values.length], dtype: 'int32', data };
}

function mixed(a: string, b: string, what: string, found: unknown, first: unknown): ValueError {
  return new ValueError(
    'DataLoader',
    `${what}${a} is ${describe(found)}, of ${b} ${describe(first)}; return one kind`,
  );
}

function describe(value: unknown): string {
  if (isNdArray(value)) return `an array ${formatShape(value.shape)}`;
  if (value === null || typeof value !== 'object') return String(value);
  return `an object of ${value.constructor?.name ?? 'no class'}`;
}

function asVector(value: unknown): unknown {
  return isTypedArray(value)
    ? { shape: [value.length], dtype: dtypeOf(value), data: value }
    : value;
}

/** Whether it is a plain object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The object with each of its values replaced. */
export function mapRecord(
  record: Readonly<Record<string, unknown>>,
  map: (value: unknown, key: string) => unknown,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
