/** Out of tensors, and between element types. */
import { type Device, isDevice, readDevice } from '../../core/device.js';
import { type DTypeName, readDType, type TypedArray } from '../../core/dtype.js';
import { ShapeError } from '../../core/errors.js';
import { formatShape, type Shape } from '../../core/shape.js';
import type { NestedArray } from '../../tensor/creation.js';
import { readElements, readElementsAsync } from '../../tensor/execute.js';
import type { Tensor } from '../../tensor/tensor.js';
import { cast } from '../cast.js';
import { install } from './install.js';

declare module '../../tensor/tensor.js' {
  interface Tensor extends ConversionMethods {}
}

interface ConversionMethods {
  /**
   * The only element as a number; a bool gives 0 or 1.
   *
   * @throws CaptureError in a step that is being captured
   * @throws EngineError where the engine that has it cannot be waited for: `await tensor.itemAsync()`
   */
  item(): number;
  /** The same, on every engine. */
  itemAsync(): Promise<number>;
  /** The elements as nested arrays; those of bool tensors are booleans. @throws CaptureError, EngineError as `item` */
  toArray(): NestedArray;
  /** The same, on every engine. */
  toArrayAsync(): Promise<NestedArray>;
  /** With elements of another type; the tensor itself where it has that type. */
  to(dtype: DTypeName): Tensor;
  /**
   * The tensor itself, whose elements are on that device from then on; gradients flow on.
   *
   * @throws ValueError for 'gpu' where the engine in use computes on none: `useDevice('gpu')` first
   * @throws EngineError for 'cpu' where the GPU cannot be waited for: `await tensor.dataAsync()`
   * @example const device = useDevice('auto'); const x = images.to(device);
   */
  to(device: Device): Tensor;
  /** The same as `to`. */
  type(dtype: DTypeName): Tensor;
  /** `to('float32')`. */
  float(): Tensor;
  /** `to('float64')`. */
  double(): Tensor;
  /** `to('int32')`, the type of labels and indices. */
  int(): Tensor;
  /** `to('int32')`: PyTorch's int64, the type of its labels and indices, is int32 here. */
  long(): Tensor;
  /** `to('bool')`: where elements are not 0. */
  bool(): Tensor;
  /** A copy that gradients flow through. */
  clone(): Tensor;
}

/** Elements 0, 1, … of a row-major array as nested arrays. */
function nest(shape: Shape, element: (i: number) => number | boolean): NestedArray {
  let next = 0;
  const level = (depth: number): NestedArray =>
    depth === shape.length
      ? element(next++)
      : Array.from({ length: shape[depth] ?? 0 }, () => level(depth + 1));
  return level(0);
}

function single(data: TypedArray, shape: Shape): number {
  if (data.length !== 1)
    throw new ShapeError(
      'item()',
      `the tensor ${formatShape(shape)} has ${data.length} elements, 1 is required; use toArray()`,
    );
  return data[0] ?? 0;
}

function nested(data: TypedArray, { shape, dtype }: Tensor): NestedArray {
  return nest(shape, (i) => (dtype === 'bool' ? data[i] === 1 : (data[i] ?? 0)));
}

install<ConversionMethods>({
  item() {
    return single(readElements(this, 'item()'), this.shape);
  },
  async itemAsync() {
    return single(await readElementsAsync(this, 'itemAsync()'), this.shape);
  },
  toArray() {
    return nested(readElements(this, 'toArray()'), this);
  },
  async toArrayAsync() {
    return nested(await readElementsAsync(this, 'toArrayAsync()'), this);
  },
  to(target: DTypeName | Device) {
    if (isDevice(target)) {
      this.storage.moveTo(readDevice('to', target), 'to');
      return this;
    }
    const dtype = readDType('to', target as DTypeName);
    return dtype === this.dtype ? this : cast([this], { dtype });
  },
  type(dtype) {
    return this.to(dtype);
  },
  float() {
    return this.to('float32');
  },
  double() {
    return this.to('float64');
  },
  int() {
    return this.to('int32');
  },
  long() {
    return this.to('int32');
  },
  bool() {
    return this.to('bool');
  },
  clone() {
    return cast([this], { dtype: this.dtype });
  },
});
