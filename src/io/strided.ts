/** Elements that do not lie in row-major order: views of PyTorch, NumPy's arrays in Fortran's order. */
import { numel, type Shape, stridesOf } from '../core/shape.js';

/**
 * The bytes of a tensor's elements in row-major order: those of `bytes` themselves where they lie so, a copy otherwise.
 * Elements are `width` bytes wide, the first is at `offset`, `stride` counts elements.
 */
export function rowMajorBytes(
  bytes: Uint8Array,
  width: number,
  offset: number,
  shape: Shape,
  stride: readonly number[],
): Uint8Array {
  const length = shape.includes(0) ? 0 : numel(shape);
  const start = offset * width;
  if (length === 0 || isRowMajor(shape, stride))
    return bytes.subarray(start, start + length * width);
  const result = new Uint8Array(length * width);
  const index = new Array<number>(shape.length).fill(0);
  let source = start;
  for (let target = 0; target < result.length; target += width) {
    for (let b = 0; b < width; b++) result[target + b] = bytes[source + b] as number;
    for (let d = shape.length - 1; d >= 0; d--) {
      const step = (stride[d] as number) * width;
      const next = (index[d] as number) + 1;
      if (next < (shape[d] as number)) {
        index[d] = next;
        source += step;
        break;
      }
      source -= (index[d] as number) * step;
      index[d] = 0;
    }
  }
  return result;
}

/** Whether elements lie one after the other; a dimension of size 1 may have any stride. */
export function isRowMajor(shape: Shape, stride: readonly number[]): boolean {
  return stridesOf(shape).every((step, d) => shape[d] === 1 || stride[d] === step);
}
