/** What flows through a network that was read: tensors, and whole numbers that shapes are computed of. */

import { DTypeError } from '../../core/errors.js';
import type { Shape } from '../../core/shape.js';
import { fromArray } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';

/** Numbers that are known when the network runs, whatever the pictures are: sizes, axes, indices. */
export class Numbers {
  constructor(
    readonly data: readonly number[],
    readonly shape: Shape,
    /** Whether the file takes them for floating-point numbers. */
    readonly isFloat = false,
  ) {}
}

export type Value = Tensor | Numbers;

/** A value as a tensor: int32 where it was whole numbers. */
export function asTensor(value: Value): Tensor {
  if (!(value instanceof Numbers)) return value;
  const { data, shape, isFloat } = value;
  const large = isFloat
    ? undefined
    : data.find((x) => x !== Math.trunc(x) || Math.abs(x) >= 2 ** 31);
  if (large !== undefined)
    throw new DTypeError(
      'onnx',
      `the number ${large} does not fit into int32, which tensors have for int64`,
    );
  return fromArray(isFloat ? Float32Array.from(data) : Int32Array.from(data), shape);
}
