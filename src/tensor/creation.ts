/** Tensors from values: `tensor`, `zeros`, `arange`, … Random ones are in `ops/random.ts`. */
import {
  allocate,
  type DType,
  type DTypeName,
  dtypeOf,
  readDType,
  type TypedArray,
} from '../core/dtype.js';
import { ShapeError, ValueError } from '../core/errors.js';
import { type OptionNames, optionReader } from '../core/options.js';
import { formatShape, numel, requireShape, type Shape } from '../core/shape.js';
import type { NdArray } from '../graph/op.js';
import { type NumberArray, plainNumbers } from './number-arrays.js';
import { readSizes } from './sizes.js';
import { Storage } from './storage.js';
import { Tensor } from './tensor.js';

/** Numbers or booleans, nested as deep as the tensor has dimensions. */
export type NestedArray = number | boolean | readonly NestedArray[];

export interface TensorOptions {
  /** @default 'float32', or the type of a typed array, or 'bool' for booleans */
  dtype?: DTypeName;
  /** @default false */
  requiresGrad?: boolean;
}

/** Options of `tensor`. */
export interface ValuesOptions extends TensorOptions {
  /** The shape of the numbers, row by row. @default that of nested arrays, one dimension for a typed array */
  shape?: Shape;
}

const names: OptionNames<TensorOptions> = { dtype: true, requiresGrad: true };
const notes = { device: 'tensors are on the CPU: leave it out' };
const read = optionReader<TensorOptions>('tensor', names, notes);
const readValues = optionReader<ValuesOptions>('tensor', { ...names, shape: true }, notes);

/** The options with their defaults. */
function readOptions<D extends DType | undefined>(
  subject: string,
  given: [options?: TensorOptions],
  fallback: D,
): { readonly dtype: DType | D; readonly requiresGrad: boolean } {
  const { dtype, requiresGrad = false } = read(given, subject);
  return { dtype: dtype === undefined ? fallback : readDType(subject, dtype), requiresGrad };
}

/** Wraps an array that is already row-major and of the right type; the tensor shares it. */
export function fromArray(
  data: TypedArray,
  shape: Shape,
  dtype: DType = dtypeOf(data),
  requiresGrad = false,
): Tensor {
  return new Tensor(Storage.sharing(dtype, data), shape).requiresGrad_(requiresGrad);
}

/** What `tensor` takes: numbers, typed arrays, and arrays that know their shape, such as what transforms give. */
export type TensorData = NestedArray | NumberArray | NdArray;

/**
 * A tensor of the given values, which are copied: a number, nested arrays, a typed array (with its `shape`), another
 * tensor, or what a transform gives.
 *
 * @throws ShapeError when nested arrays are ragged, or when there are not as many numbers as `shape` holds
 * @throws ValueError when a whole number of 64 bits does not fit into int32
 * @example tensor([[1, 2], [3, 4]]); tensor(new Float32Array(6), { shape: [2, 3] }); tensor(toTensor(image)).unsqueeze(0)
 */
export function tensor(values: TensorData, ...given: [options?: ValuesOptions]): Tensor {
  const { shape, ...options } = readValues(given);
  const { dtype, requiresGrad } = readOptions('tensor', [options], undefined);
  const { flat, type, sizes } = flatValues(values, dtype);
  const wanted = shape ?? sizes;
  requireShape('tensor', wanted);
  if (numel(wanted) !== flat.length)
    throw new ShapeError(
      'tensor',
      `${flat.length} numbers are given for shape ${formatShape(wanted)}, which holds ${numel(wanted)}`,
    );
  return fromArray(convert(flat, type), [...wanted], type, requiresGrad);
}

/** The numbers row by row, and the type and shape that they have by themselves. */
function flatValues(values: TensorData, dtype: DType | undefined) {
  if (typeof values === 'object' && 'dtype' in values)
    return { flat: values.data, type: dtype ?? values.dtype, sizes: values.shape };
  if (ArrayBuffer.isView(values)) {
    const flat = plainNumbers(values);
    return { flat, type: dtype ?? dtypeOf(flat), sizes: [flat.length] };
  }
  const sizes: number[] = [];
  for (let v: NestedArray | undefined = values; Array.isArray(v); v = v[0]) sizes.push(v.length);
  const flat: (number | boolean)[] = [];
  flatten(values, sizes, 0, flat);
  const type = dtype ?? (typeof flat[0] === 'boolean' ? 'bool' : 'float32');
  return { flat: flat.map(Number), type, sizes };
}

function flatten(
  values: NestedArray,
  shape: Shape,
  depth: number,
  into: (number | boolean)[],
): void {
  if (typeof values === 'number' || typeof values === 'boolean') {
    if (depth !== shape.length) throw ragged(shape, depth, 'a number');
    into.push(values);
    return;
  }
  if (values.length !== shape[depth]) throw ragged(shape, depth, `${values.length} items`);
  for (const value of values) flatten(value, shape, depth + 1, into);
}

function ragged(shape: Shape, depth: number, found: string): ShapeError {
  return new ShapeError(
    'tensor',
    `nested arrays are ragged: ${found} at depth ${depth}, where the first item has shape ${formatShape(shape)}`,
  );
}

function convert(values: ArrayLike<number>, dtype: DType): TypedArray {
  const data = allocate(dtype, values.length);
  if (dtype === 'bool') for (let i = 0; i < data.length; i++) data[i] = values[i] === 0 ? 0 : 1;
  else data.set(values);
  return data;
}

/** A tensor `shape` filled with `value`. */
export function full(shape: Shape, value: number, ...given: [options?: TensorOptions]): Tensor {
  return filled('full', shape, value, given);
}

function filled(
  subject: string,
  shape: Shape,
  value: number,
  given: [options?: TensorOptions],
  fallback: DType = 'float32',
): Tensor {
  requireShape(subject, shape);
  const { dtype, requiresGrad } = readOptions(subject, given, fallback);
  const element = dtype === 'bool' ? Number(value !== 0) : value;
  const storage = Storage.filled(dtype, numel(shape), element);
  return new Tensor(storage, [...shape]).requiresGrad_(requiresGrad);
}

/** A tensor of zeros. @example zeros([2, 3], { dtype: 'int32' }); zeros(2, 3) */
export function zeros(shape: Shape, ...given: [options?: TensorOptions]): Tensor;
export function zeros(...sizes: number[]): Tensor;
export function zeros(...sizes: readonly unknown[]): Tensor {
  const [shape, given] = readSizes<TensorOptions>('zeros', sizes);
  return filled('zeros', shape, 0, given);
}

/** A tensor of ones. @example ones([2, 3], { dtype: 'int32' }); ones(2, 3) */
export function ones(shape: Shape, ...given: [options?: TensorOptions]): Tensor;
export function ones(...sizes: number[]): Tensor;
export function ones(...sizes: readonly unknown[]): Tensor {
  const [shape, given] = readSizes<TensorOptions>('ones', sizes);
  return filled('ones', shape, 1, given);
}

/** A tensor filled with `value`, with the shape and dtype of `like`. */
export function fullLike(like: Tensor, value: number, ...given: [options?: TensorOptions]): Tensor {
  return filled('fullLike', like.shape, value, given, like.dtype);
}

/** Zeros with the shape and dtype of `like`. */
export function zerosLike(like: Tensor, ...given: [options?: TensorOptions]): Tensor {
  return filled('zerosLike', like.shape, 0, given, like.dtype);
}

/** Ones with the shape and dtype of `like`. */
export function onesLike(like: Tensor, ...given: [options?: TensorOptions]): Tensor {
  return filled('onesLike', like.shape, 1, given, like.dtype);
}

/** The identity matrix `[n, m]`. @default m n */
export function eye(n: number, ...given: [options?: TensorOptions]): Tensor;
export function eye(n: number, m: number, ...given: [options?: TensorOptions]): Tensor;
export function eye(n: number, ...given: readonly unknown[]): Tensor {
  const [[m = n], options] = leadingNumbers(given);
  const result = filled('eye', [n, m], 0, options);
  for (let i = 0; i < Math.min(n, m); i++) result.data[i * m + i] = 1;
  return result;
}

/**
 * The numbers `start`, `start + step`, … below `end` (above it for a negative step).
 * int32 by default where all three are whole numbers, as PyTorch gives integers.
 *
 * @example arange(5); arange(1, 2, 0.5)
 */
export function arange(end: number, ...given: [options?: TensorOptions]): Tensor;
export function arange(start: number, end: number, ...given: [options?: TensorOptions]): Tensor;
export function arange(
  start: number,
  end: number,
  step: number,
  ...given: [options?: TensorOptions]
): Tensor;
export function arange(first: number, ...given: readonly unknown[]): Tensor {
  const [[second, step = 1], options] = leadingNumbers(given);
  const [start, end] = second === undefined ? [0, first] : [first, second];
  const count = Math.ceil((end - start) / step);
  if (!Number.isFinite(count) || count < 0)
    throw new ValueError('arange', `start=${start}, end=${end}, step=${step} name no finite range`);
  const isWhole = [start, end, step].every(Number.isInteger);
  const { dtype, requiresGrad } = readOptions('arange', options, isWhole ? 'int32' : 'float32');
  const data = allocate(dtype, count);
  for (let i = 0; i < count; i++) data[i] = start + i * step;
  return fromArray(data, [count], dtype, requiresGrad);
}

/** The numbers that arguments start with, and the options after them. */
function leadingNumbers(given: readonly unknown[]): [numbers: number[], options: [TensorOptions?]] {
  const at = given.findIndex((value) => typeof value !== 'number');
  const end = at < 0 ? given.length : at;
  return [given.slice(0, end) as number[], given.slice(end) as [TensorOptions?]]; // the reader checks them
}

/** `steps` evenly spaced numbers from `start` to `end`, both included. */
export function linspace(
  start: number,
  end: number,
  steps: number,
  ...given: [options?: TensorOptions]
): Tensor {
  const { dtype, requiresGrad } = readOptions('linspace', given, 'float32');
  requireShape('linspace', [steps]);
  const data = allocate(dtype, steps);
  const delta = (end - start) / Math.max(steps - 1, 1);
  // From both ends, as PyTorch does, so that the last number is exactly `end`.
  for (let i = 0; i < steps; i++)
    data[i] = i < steps / 2 ? start + i * delta : end - (steps - 1 - i) * delta;
  return fromArray(data, [steps], dtype, requiresGrad);
}
