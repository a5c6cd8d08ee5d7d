/** What flows through a network that was read: tensors, and whole numbers that shapes are computed of. */

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
  return fromArray(isFloat ? Float32Array.from(data) : Int32Array.from(data), shape);
}
