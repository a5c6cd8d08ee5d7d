// Element-wise functions of two tensors with broadcasting, on any layout.

import { I } from './abi';
import { BinaryArgs } from './args';
import { load4, span, splat1, store4, storeFirst } from './elements';
import { flatStart, rowOffset } from './share';

// y[0 … n) of one row.
@inline
function zipRow<K, T>(
  a: usize,
  b: usize,
  y: usize,
  n: i32,
  stepA: i32,
  stepB: i32,
): void {
  const f = changetype<K>(0);
  const end = y + span<T>(n & ~3);
  const part = n & 3;
  if (stepA & stepB) {
    while (y < end) {
      store4<T>(y, f.at(load4<T>(a), load4<T>(b)));
      a += span<T>(4);
      b += span<T>(4);
      y += span<T>(4);
    }
    if (part) storeFirst<T>(y, f.at(load4<T>(a), load4<T>(b)), part);
  } else if (stepA) {
    const right = splat1<T>(b);
    while (y < end) {
      store4<T>(y, f.at(load4<T>(a), right));
      a += span<T>(4);
      y += span<T>(4);
    }
    if (part) storeFirst<T>(y, f.at(load4<T>(a), right), part);
  } else {
    const left = splat1<T>(a);
    const step = span<T>(stepB << 2);
    while (y < end) {
      store4<T>(y, f.at(left, stepB ? load4<T>(b) : splat1<T>(b)));
      b += step;
      y += span<T>(4);
    }
    if (part) storeFirst<T>(y, f.at(left, stepB ? load4<T>(b) : splat1<T>(b)), part);
  }
}

export function map<K, T>(args: BinaryArgs, tid: i32, threads: i32): void {
  const a = args.a;
  const b = args.b;
  const y = args.y;
  const inner = args.inner;
  const stepA = args.stepA;
  const stepB = args.stepB;
  const rank = args.rank;
  const dims = args.dims;
  let count = inner;
  for (let k = 0; k < rank; k++) count *= I(dims, 3 * k);
  let at = flatStart(count, tid, threads);
  const end = flatStart(count, tid + 1, threads);
  while (at < end) {
    const row = at / inner;
    const column = at - row * inner;
    const n = min(inner - column, end - at);
    const fromA = a + span<T>(rowOffset(dims, rank, row, 1, 3) + column * stepA);
    const fromB = b + span<T>(rowOffset(dims, rank, row, 2, 3) + column * stepB);
    zipRow<K, T>(fromA, fromB, y + span<T>(at), n, stepA, stepB);
    at += n;
  }
}
