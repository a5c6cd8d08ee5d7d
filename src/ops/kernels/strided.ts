/**
 * Walks arrays that lie differently in memory, element by element in row-major order of one shape. Broadcasting is a
 * stride of 0, a permutation is the strides in another order, a slice is longer strides: kernels need no index sums.
 */
import { numel, type Shape, stridesOf } from '../../core/shape.js';

/** The walk as `count` runs of `length` elements each: a plain inner loop per run. */
export interface Runs {
  readonly count: number;
  readonly length: number;
  /** Per operand, where each run starts. */
  readonly starts: readonly Int32Array[];
  /** Per operand, the distance from one element of a run to the next. */
  readonly steps: readonly number[];
}

/** The runs of a walk over `shape`; `strides[k]` holds operand k's stride for each dimension of `shape`. */
export function stridedRuns(shape: Shape, strides: readonly (readonly number[])[]): Runs {
  const sizes: number[] = [];
  const kept: number[][] = strides.map(() => []);
  // From the inside out: a dimension that continues the one inside it, for every operand, is joined to it.
  for (let d = shape.length - 1; d >= 0; d--) {
    const size = shape[d] as number;
    if (size === 1) continue;
    const inner = sizes.length - 1;
    const innerSize = sizes[inner];
    const joins =
      innerSize !== undefined &&
      strides.every((own, k) => own[d] === (kept[k]?.[inner] as number) * innerSize);
    if (joins) sizes[inner] = innerSize * size;
    else {
      sizes.push(size);
      strides.forEach((own, k) => void kept[k]?.push(own[d] as number));
    }
  }
  const length = sizes[0] ?? 1;
  const count = length === 0 ? 0 : numel(sizes) / length;
  return {
    count,
    length,
    starts: kept.map((own) => runStarts(count, sizes, own)),
    steps: kept.map((own) => own[0] ?? 0),
  };
}

/** Offsets of the runs of one operand; dimension 0 is the innermost, and is the run itself. */
function runStarts(
  count: number,
  sizes: readonly number[],
  strides: readonly number[],
): Int32Array {
  const starts = new Int32Array(count);
  const position = new Array<number>(sizes.length).fill(0);
  let offset = 0;
  for (let run = 0; run < count; run++) {
    starts[run] = offset;
    for (let d = 1; d < sizes.length; d++) {
      const size = sizes[d] as number;
      const stride = strides[d] as number;
      const next = (position[d] as number) + 1;
      offset += stride;
      position[d] = next;
      if (next < size) break;
      offset -= stride * size;
      position[d] = 0;
    }
  }
  return starts;
}

/** Strides of an array of shape `from` for a walk over `to`, the shape that it broadcasts to. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const offset = to.length - from.length;
  const strides = stridesOf(from);
  return to.map((_, d) =>
    d < offset || from[d - offset] === 1 ? 0 : (strides[d - offset] as number),
  );
}
