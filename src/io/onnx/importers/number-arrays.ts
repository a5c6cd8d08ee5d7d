/** Whole numbers in other places and shapes. */
import { ValueError } from '../../../core/errors.js';
import { numel, type Shape, stridesOf } from '../../../core/shape.js';
import { Numbers } from '../values.js';

/** Sizes and indices are few; a file that computes more is no network. */
export function limited(count: number): number {
  if (count <= 2 ** 20) return count;
  throw new ValueError(
    'onnx',
    `${count} whole numbers are computed, at most 1,048,576 are allowed`,
  );
}

/** Those of each dimension that `keep` keeps of `all`, its places. */
export function pick(
  x: Numbers,
  keep: (dim: number, all: readonly number[]) => readonly number[],
): Numbers {
  const strides = stridesOf(x.shape);
  const kept = x.shape.map((size, dim) =>
    keep(
      dim,
      Array.from({ length: size }, (_, i) => i),
    ),
  );
  limited(numel(kept.map(({ length }) => length)));
  const places = kept.reduce<number[]>(
    (so, list, dim) => so.flatMap((at) => list.map((i) => at + i * (strides[dim] ?? 0))),
    [0],
  );
  return new Numbers(
    places.map((at) => x.data[at] ?? 0),
    kept.map(({ length }) => length),
    x.isFloat,
  );
}

/** The elements under `shape`, of which a step in dimension d moves `moves[d]` elements on. */
export function arranged(x: Numbers, shape: Shape, moves: Shape): Numbers {
  const strides = stridesOf(shape);
  const data = Array.from({ length: limited(numel(shape)) }, (_, i) => {
    const at = shape.reduce(
      (sum, size, dim) => sum + (Math.floor(i / (strides[dim] ?? 1)) % size) * (moves[dim] ?? 0),
      0,
    );
    return x.data[at] ?? 0;
  });
  return new Numbers(data, shape, x.isFloat);
}
