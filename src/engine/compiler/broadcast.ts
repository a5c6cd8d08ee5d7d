/** How tensors that broadcast to one shape are walked: rows of neighbours, and the strides from row to row. */
import { type Shape, stridesOf } from '../../core/shape.js';

export interface BroadcastRows {
  /** Elements of a row of the result. */
  readonly inner: number;
  /** Per tensor, elements from one neighbour in a row to the next. */
  readonly steps: readonly number[];
  /** Outermost first: a dimension's size and each tensor's stride. */
  readonly outer: readonly { readonly size: number; readonly strides: readonly number[] }[];
}

/** A walk over `shape`, where tensor k moves by `strides[k][d]` along dimension d; dimensions that merge are merged. */
export function mergedRows(shape: Shape, strides: readonly (readonly number[])[]): BroadcastRows {
  const merged: { size: number; strides: readonly number[] }[] = [];
  shape.forEach((size, d) => {
    if (size === 1) return;
    const own = strides.map((of) => of[d] ?? 0);
    const last = merged.at(-1);
    if (last?.strides.every((stride, k) => stride === (own[k] ?? 0) * size))
      merged[merged.length - 1] = { size: last.size * size, strides: own };
    else merged.push({ size, strides: own });
  });
  const inner = merged.pop();
  return {
    inner: inner?.size ?? 1,
    steps: inner?.strides ?? strides.map(() => 0),
    outer: merged,
  };
}

/** Row-major strides of a tensor of shape `from` in a walk over `to`, the shape that it broadcasts to. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const skipped = to.length - from.length;
  const strides = stridesOf(from);
  return to.map((_, d) =>
    d < skipped || from[d - skipped] === 1 ? 0 : (strides[d - skipped] ?? 0),
  );
}

/** A walk over `shape` by tensors of shapes `inputs` that broadcast to it. */
export function broadcastRows(shape: Shape, ...inputs: readonly Shape[]): BroadcastRows {
  return mergedRows(
    shape,
    inputs.map((input) => broadcastStrides(input, shape)),
  );
}

/** Size and strides of each outer dimension. */
export function outerDims({ outer }: BroadcastRows): number[] {
  return outer.flatMap(({ size, strides }) => [size, ...strides]);
}
