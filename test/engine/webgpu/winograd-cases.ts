/** Convolutions that Winograd can compute, of odd sizes: in float32, and stored in half. */
import type { Shape } from '../../../src/core/shape.js';
import { conv2d } from '../../../src/ops/conv2d.js';
import { input, type OpCase } from '../../ops/op-case.js';

/** Of an element, or of the typical one where it is smaller: ten times direct convolution's rounding, as engine wasm's has. */
export const tolerance = 4e-5;

export const attrsOf = (padding: readonly [number, number]) =>
  ({ stride: [1, 1], padding, dilation: [1, 1], groups: 1 }) as const;

/** All three passes of it, for gradients flow to everything. */
export function conv(
  x: Shape,
  out: number,
  padding: readonly [number, number],
  bias = false,
): OpCase {
  const [, channels = 1] = x;
  const b = bias ? [input([out])] : [];
  return {
    name: `[${x}] to ${out} channels, padding ${padding}${bias ? ', bias' : ''}`,
    ops: ['conv2d'],
    inputs: [input(x), input([out, channels, 3, 3]), ...b],
    run: (...tensors) => conv2d(tensors, attrsOf(padding)),
  };
}

export const cases = [
  conv([1, 1, 3, 3], 1, [0, 0]),
  conv([2, 1, 4, 4], 3, [1, 1], true),
  conv([2, 3, 7, 5], 7, [1, 1]),
  conv([1, 7, 6, 9], 3, [0, 0], true),
  conv([3, 7, 5, 13], 1, [2, 2], true),
  conv([1, 3, 10, 1], 7, [3, 1]),
  conv([2, 4, 8, 11], 5, [1, 0]),
  conv([2, 64, 8, 8], 7, [1, 1]),
  conv([1, 7, 9, 6], 64, [1, 2], true),
  conv([1, 64, 5, 6], 64, [1, 1], true),
];
