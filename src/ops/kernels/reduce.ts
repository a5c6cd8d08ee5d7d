/** Reductions over any set of dimensions: x is read once, in order, and each element folded into its place. */
import type { DType } from '../../core/dtype.js';
import { ShapeError } from '../../core/errors.js';
import { formatShape, numel, reducedShape, type Shape, stridesOf } from '../../core/shape.js';
import type { ReductionAttrs } from '../../graph/attrs/reduction.js';
import type { NdArray, TensorType } from '../../graph/op.js';
import type { Tensor } from '../../tensor/tensor.js';
import { stridedRuns } from './strided.js';

/** The type of a reduction of x. */
export function reducedType(
  { shape }: TensorType,
  { dims, keepdim }: ReductionAttrs,
  dtype: DType,
): TensorType {
  return { shape: reducedShape(shape, dims, keepdim), dtype };
}

/** Throws where a reduction without a neutral element would meet no elements. */
export function requireElements(op: string, { shape }: TensorType, dims: readonly number[]): void {
  if (countReduced(shape, dims) === 0)
    throw new ShapeError(
      op,
      `${formatShape(shape)} has no elements to reduce over dim=${formatShape(dims)}, at least one is required`,
    );
}

/** How many elements each result is made of. */
export function countReduced(shape: Shape, dims: readonly number[]): number {
  return numel(shape.filter((_, d) => dims.includes(d)));
}

/** A result, or its gradient, repeated over the dimensions that were reduced. */
export function unreduce(result: Tensor, shape: Shape, dims: readonly number[]): Tensor {
  return result.reshape(reducedShape(shape, dims, true)).expand(shape);
}

/** Strides that lead from each element of x to its place in the result. */
function resultStrides(shape: Shape, dims: readonly number[]): number[] {
  const strides = stridesOf(reducedShape(shape, dims, true));
  return strides.map((stride, d) => (dims.includes(d) ? 0 : stride));
}

/** Sums over `dims`, in float64. */
export function sums({ data, shape }: NdArray, dims: readonly number[]): Float64Array {
  const into = new Float64Array(numel(reducedShape(shape, dims, true)));
  const { count, length, starts, steps } = stridedRuns(shape, [resultStrides(shape, dims)]);
  const [runStarts] = starts as [Int32Array];
  const [step] = steps as [number];
  let i = 0;
  for (let run = 0; run < count; run++) {
    let o = runStarts[run] as number;
    const end = i + length;
    if (step === 0) {
      let sum = into[o] as number;
      for (; i < end; i++) sum += data[i] as number;
      into[o] = sum;
    } else
      for (; i < end; i++) {
        into[o] = (into[o] as number) + (data[i] as number);
        o += step;
      }
  }
  return into;
}

/** Calls `visit` for each element: its value, its place in the result, and its place among those it is reduced with. */
export function visitReduced(
  { data, shape }: NdArray,
  dims: readonly number[],
  visit: (value: number, place: number, position: number) => void,
): void {
  const reduced = stridesOf(shape.map((size, d) => (dims.includes(d) ? size : 1)));
  const { count, length, starts, steps } = stridedRuns(shape, [
    resultStrides(shape, dims),
    reduced.map((stride, d) => (dims.includes(d) ? stride : 0)),
  ]);
  const [places, positions] = starts as [Int32Array, Int32Array];
  const [placeStep, positionStep] = steps as [number, number];
  let i = 0;
  for (let run = 0; run < count; run++) {
    let place = places[run] as number;
    let position = positions[run] as number;
    for (const end = i + length; i < end; i++) {
      visit(data[i] as number, place, position);
      place += placeStep;
      position += positionStep;
    }
  }
}
