import { DTypeError } from '../../core/errors.js';
import { formatShape, type Shape, stridesOf } from '../../core/shape.js';
import type { NdArray, TensorType } from '../../graph/op.js';
import { stridedRuns } from './strided.js';

/** Throws unless `index` is int32. */
export function requireIndex(op: string, index: TensorType): void {
  if (index.dtype !== 'int32')
    throw new DTypeError(
      op,
      `the index is ${index.dtype}, int32 is required; convert it with .to('int32')`,
    );
}

/**
 * Calls `visit` for each element of `index` with the places that belong together: i, the element's own, and the place
 * in an array of `shape` with the same position except in `dim`, where the index says it.
 */
export function visitIndexed(
  index: NdArray,
  shape: Shape,
  dim: number,
  visit: (place: number, i: number) => void,
): void {
  const strides = stridesOf(shape);
  const along = strides[dim] ?? 1;
  const { count, length, starts, steps } = stridedRuns(index.shape, [
    strides.map((stride, d) => (d === dim ? 0 : stride)),
  ]);
  const [runStarts] = starts as [Int32Array];
  const [step] = steps as [number];
  let i = 0;
  for (let run = 0; run < count; run++) {
    let place = runStarts[run] as number;
    for (const end = i + length; i < end; i++) {
      visit(place + along * (index.data[i] as number), i);
      place += step;
    }
  }
}

/** Text of the shapes that an index op was given. */
export function describeShapes(named: Readonly<Record<string, TensorType>>): string {
  return Object.entries(named)
    .map(([name, { shape }]) => `${name} ${formatShape(shape)}`)
    .join(', ');
}
