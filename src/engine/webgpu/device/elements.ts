/** How elements lie on the device: shaders know words of 32 bits, so bytes take a word each; float64 is only kept there. */
import { type DType, itemSize, type TypedArray, viewOf } from '../../../core/dtype.js';

/** Bytes of an element on the device. */
export function deviceSize(dtype: DType): number {
  return Math.max(4, itemSize(dtype));
}

/** Bytes of so many elements on the device, 4 at least: there are no empty buffers. */
export function deviceBytes(dtype: DType, length: number): number {
  return Math.max(4, deviceSize(dtype) * length);
}

/** Bytes of so many half floats: buffers are whole words. */
export function halfBytes(length: number): number {
  return Math.max(4, 4 * Math.ceil(length / 2));
}

/** The elements as they lie on the device. */
export function toDevice(data: TypedArray): ArrayBufferView {
  return data instanceof Uint8Array ? new Uint32Array(data) : data;
}

/** The elements of what lay on the device; `bytes` begins at a multiple of eight. */
export function fromDevice(dtype: DType, length: number, bytes: ArrayBuffer): TypedArray {
  if (itemSize(dtype) === 1) return Uint8Array.from(new Uint32Array(bytes, 0, length));
  return viewOf(dtype, bytes, 0, length);
}
