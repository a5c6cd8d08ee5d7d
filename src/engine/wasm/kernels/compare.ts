// Comparisons of floats to bytes 0 and 1, and conversions between types. Not hot: one element at a time.

import { I } from './abi';
import { CastArgs, CompareArgs } from './args';
import { bytes, flatStart, rowOffset } from './share';

export function map<K, T>(args: CompareArgs, tid: i32, threads: i32): void {
  const test = changetype<K>(0);
  const inner = args.inner;
  const rank = args.rank;
  const dims = args.dims;
  let count = inner;
  for (let k = 0; k < rank; k++) count *= I(dims, 3 * k);
  let at = flatStart(count, tid, threads);
  const end = flatStart(count, tid + 1, threads);
  while (at < end) {
    const row = at / inner;
    const column = at - row * inner;
    const stop = min((row + 1) * inner, end);
    let a = args.a + bytes(rowOffset(dims, rank, row, 1, 3) + column * args.stepA);
    let b = args.b + bytes(rowOffset(dims, rank, row, 2, 3) + column * args.stepB);
    const stepA = bytes(args.stepA);
    const stepB = bytes(args.stepB);
    for (; at < stop; at++) {
      store<u8>(args.y + <usize>at, <u8>test.at(load<f32>(a), load<f32>(b)));
      a += stepA;
      b += stepB;
    }
  }
}

@inline
function convert<From, To>(args: CastArgs, tid: i32, threads: i32): void {
  const end = flatStart(args.count, tid + 1, threads);
  for (let i = flatStart(args.count, tid, threads); i < end; i++) {
    const x = load<From>(args.x + <usize>i * sizeof<From>());
    store<To>(args.y + <usize>i * sizeof<To>(), <To>x);
  }
}

export function castInt32ToFloat32(args: CastArgs, tid: i32, threads: i32): void {
  convert<i32, f32>(args, tid, threads);
}

export function castUint8ToFloat32(args: CastArgs, tid: i32, threads: i32): void {
  convert<u8, f32>(args, tid, threads);
}
