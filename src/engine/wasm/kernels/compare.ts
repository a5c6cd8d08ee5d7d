// Comparisons of floats to bytes 0 and 1, with the args of ./binary.ts (words 6 and 7 unused), and conversions between
// types. Not hot: one element at a time.

import { A, I } from './abi';
import { bytes, flatStart, rowOffset } from './share';

function compare<K>(args: usize, tid: i32, threads: i32): void {
  const test = changetype<K>(0);
  const inner = I(args, 3);
  const rank = I(args, 8);
  let count = inner;
  for (let k = 0; k < rank; k++) count *= I(args, 9 + 3 * k);
  let at = flatStart(count, tid, threads);
  const end = flatStart(count, tid + 1, threads);
  while (at < end) {
    const row = at / inner;
    const column = at - row * inner;
    const stop = min((row + 1) * inner, end);
    let a = A(args, 0) + bytes(rowOffset(args + 36, rank, row, 1, 3) + column * I(args, 4));
    let b = A(args, 1) + bytes(rowOffset(args + 36, rank, row, 2, 3) + column * I(args, 5));
    const stepA = bytes(I(args, 4));
    const stepB = bytes(I(args, 5));
    for (; at < stop; at++) {
      store<u8>(A(args, 2) + <usize>at, <u8>test.holds(load<f32>(a), load<f32>(b)));
      a += stepA;
      b += stepB;
    }
  }
}

@final
@unmanaged
class Equal {
  @inline
  holds(a: f32, b: f32): bool {
    return a == b;
  }
}
export function eq(args: usize, tid: i32, threads: i32): void {
  compare<Equal>(args, tid, threads);
}

@final
@unmanaged
class NotEqual {
  @inline
  holds(a: f32, b: f32): bool {
    return a != b;
  }
}
export function ne(args: usize, tid: i32, threads: i32): void {
  compare<NotEqual>(args, tid, threads);
}

@final
@unmanaged
class Less {
  @inline
  holds(a: f32, b: f32): bool {
    return a < b;
  }
}
export function lt(args: usize, tid: i32, threads: i32): void {
  compare<Less>(args, tid, threads);
}

@final
@unmanaged
class LessOrEqual {
  @inline
  holds(a: f32, b: f32): bool {
    return a <= b;
  }
}
export function le(args: usize, tid: i32, threads: i32): void {
  compare<LessOrEqual>(args, tid, threads);
}

@inline
function convert<From, To>(args: usize, tid: i32, threads: i32): void {
  const end = flatStart(I(args, 2), tid + 1, threads);
  for (let i = flatStart(I(args, 2), tid, threads); i < end; i++) {
    const x = load<From>(A(args, 0) + <usize>i * sizeof<From>());
    store<To>(A(args, 1) + <usize>i * sizeof<To>(), <To>x);
  }
}

// 0 x, 1 y, 2 count
export function castInt32ToFloat32(args: usize, tid: i32, threads: i32): void {
  convert<i32, f32>(args, tid, threads);
}

// 0 x, 1 y, 2 count
export function castUint8ToFloat32(args: usize, tid: i32, threads: i32): void {
  convert<u8, f32>(args, tid, threads);
}
