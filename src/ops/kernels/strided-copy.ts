import type { TypedArray } from '../../core/dtype.js';
import type { NdArray } from '../../graph/op.js';
import { stridedRuns } from './strided.js';

/** y = the elements of `from` that `strides` (one per dimension of y) reach from `base`. */
export function gatherStrided(
  from: TypedArray,
  y: NdArray,
  strides: readonly number[],
  base = 0,
): void {
  const { count, length, starts, steps } = stridedRuns(y.shape, [strides]);
  const [runStarts] = starts as [Int32Array];
  const [step] = steps as [number];
  const out = y.data;
  let o = 0;
  for (let run = 0; run < count; run++) {
    let i = base + (runStarts[run] as number);
    for (const end = o + length; o < end; o++) {
      out[o] = from[i] as number;
      i += step;
    }
  }
}

/** The opposite: writes x to the elements of `to` that `strides` (one per dimension of x) reach from `base`. */
export function scatterStrided(
  x: NdArray,
  to: TypedArray,
  strides: readonly number[],
  base = 0,
): void {
  const { count, length, starts, steps } = stridedRuns(x.shape, [strides]);
  const [runStarts] = starts as [Int32Array];
  const [step] = steps as [number];
  const { data } = x;
  let i = 0;
  for (let run = 0; run < count; run++) {
    let o = base + (runStarts[run] as number);
    for (const end = i + length; i < end; i++) {
      to[o] = data[i] as number;
      o += step;
    }
  }
}
