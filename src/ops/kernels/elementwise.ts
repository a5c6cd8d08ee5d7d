/**
 * Loops that reference kernels of element-wise ops share. A call per element costs some 10 ns, since one loop serves many
 * functions; ops that training spends its time in (relu) have loops of their own.
 */
import type { NdArray } from '../../graph/op.js';
import { broadcastStrides, stridedRuns } from './strided.js';

/** y[i] = f(x[i]). */
export function mapUnary(x: NdArray, y: NdArray, f: (x: number) => number): void {
  const { data } = x;
  const out = y.data;
  for (let i = 0; i < out.length; i++) out[i] = f(data[i] as number);
}

/** y = f(a, b) with broadcasting to y's shape. */
export function mapBinary(
  a: NdArray,
  b: NdArray,
  y: NdArray,
  f: (a: number, b: number) => number,
): void {
  const { count, length, starts, steps } = broadcastRuns([a, b], y);
  const [startsA, startsB] = starts as [Int32Array, Int32Array];
  const [stepA, stepB] = steps as [number, number];
  const left = a.data;
  const right = b.data;
  const out = y.data;
  let o = 0;
  for (let run = 0; run < count; run++) {
    let i = startsA[run] as number;
    let j = startsB[run] as number;
    for (const end = o + length; o < end; o++) {
      out[o] = f(left[i] as number, right[j] as number);
      i += stepA;
      j += stepB;
    }
  }
}

/** y = f(a, b, c) with broadcasting to y's shape. */
export function mapTernary(
  a: NdArray,
  b: NdArray,
  c: NdArray,
  y: NdArray,
  f: (a: number, b: number, c: number) => number,
): void {
  const { count, length, starts, steps } = broadcastRuns([a, b, c], y);
  const [startsA, startsB, startsC] = starts as [Int32Array, Int32Array, Int32Array];
  const [stepA, stepB, stepC] = steps as [number, number, number];
  const out = y.data;
  let o = 0;
  for (let run = 0; run < count; run++) {
    let i = startsA[run] as number;
    let j = startsB[run] as number;
    let k = startsC[run] as number;
    for (const end = o + length; o < end; o++) {
      out[o] = f(a.data[i] as number, b.data[j] as number, c.data[k] as number);
      i += stepA;
      j += stepB;
      k += stepC;
    }
  }
}

function broadcastRuns(inputs: readonly NdArray[], y: NdArray) {
  return stridedRuns(
    y.shape,
    inputs.map((input) => broadcastStrides(input.shape, y.shape)),
  );
}
