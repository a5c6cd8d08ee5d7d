// Element-wise functions of two tensors with broadcasting, on any layout. Args of every kernel of this file:
// 0 a, 1 b, 2 y, 3 inner, 4 stepA (0 or 1), 5 stepB (0 or 1), 6 p (f32), 7 q (f32), 8 rank,
// 9 + 3k: size, strideA, strideB (floats) of outer dimension k, outermost first.
// y is row-major [sizes…, inner]; a and b walk `inner` in steps of 0 or 1. y may be an input of y's shape.
// Kernels named …Bf16 have all three in bfloat16 (./elements.ts).

import { A, F, I } from './abi';
import { load4, span, splat1, store4, storeFirst } from './elements';
import { splat } from './math';
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
  p: v128,
  q: v128,
): void {
  const f = changetype<K>(0);
  const end = y + span<T>(n & ~3);
  const part = n & 3;
  if (stepA & stepB) {
    while (y < end) {
      store4<T>(y, f.at(load4<T>(a), load4<T>(b), p, q));
      a += span<T>(4);
      b += span<T>(4);
      y += span<T>(4);
    }
    if (part) storeFirst<T>(y, f.at(load4<T>(a), load4<T>(b), p, q), part);
  } else if (stepA) {
    const right = splat1<T>(b);
    while (y < end) {
      store4<T>(y, f.at(load4<T>(a), right, p, q));
      a += span<T>(4);
      y += span<T>(4);
    }
    if (part) storeFirst<T>(y, f.at(load4<T>(a), right, p, q), part);
  } else {
    const left = splat1<T>(a);
    const step = span<T>(stepB << 2);
    while (y < end) {
      store4<T>(y, f.at(left, stepB ? load4<T>(b) : splat1<T>(b), p, q));
      b += step;
      y += span<T>(4);
    }
    if (part) storeFirst<T>(y, f.at(left, stepB ? load4<T>(b) : splat1<T>(b), p, q), part);
  }
}

function zip<K, T = f32>(args: usize, tid: i32, threads: i32): void {
  const a = A(args, 0);
  const b = A(args, 1);
  const y = A(args, 2);
  const inner = I(args, 3);
  const stepA = I(args, 4);
  const stepB = I(args, 5);
  const p = splat(F(args, 6));
  const q = splat(F(args, 7));
  const rank = I(args, 8);
  const dims = args + 36;
  let count = inner;
  for (let k = 0; k < rank; k++) count *= I(args, 9 + 3 * k);
  let at = flatStart(count, tid, threads);
  const end = flatStart(count, tid + 1, threads);
  while (at < end) {
    const row = at / inner;
    const column = at - row * inner;
    const n = min(inner - column, end - at);
    const fromA = a + span<T>(rowOffset(dims, rank, row, 1, 3) + column * stepA);
    const fromB = b + span<T>(rowOffset(dims, rank, row, 2, 3) + column * stepB);
    zipRow<K, T>(fromA, fromB, y + span<T>(at), n, stepA, stepB, p, q);
    at += n;
  }
}

@final
@unmanaged
class Add {
  @inline
  at(a: v128, b: v128, p: v128, q: v128): v128 {
    return f32x4.add(a, b);
  }
}
export function add(args: usize, tid: i32, threads: i32): void {
  zip<Add>(args, tid, threads);
}
export function addBf16(args: usize, tid: i32, threads: i32): void {
  zip<Add, u16>(args, tid, threads);
}

@final
@unmanaged
class Sub {
  @inline
  at(a: v128, b: v128, p: v128, q: v128): v128 {
    return f32x4.sub(a, b);
  }
}
export function sub(args: usize, tid: i32, threads: i32): void {
  zip<Sub>(args, tid, threads);
}

@final
@unmanaged
class Mul {
  @inline
  at(a: v128, b: v128, p: v128, q: v128): v128 {
    return f32x4.mul(a, b);
  }
}
export function mul(args: usize, tid: i32, threads: i32): void {
  zip<Mul>(args, tid, threads);
}

@final
@unmanaged
class Div {
  @inline
  at(a: v128, b: v128, p: v128, q: v128): v128 {
    return f32x4.div(a, b);
  }
}
export function div(args: usize, tid: i32, threads: i32): void {
  zip<Div>(args, tid, threads);
}

@final
@unmanaged
class Maximum {
  @inline
  at(a: v128, b: v128, p: v128, q: v128): v128 {
    return f32x4.max(a, b);
  }
}
export function maximum(args: usize, tid: i32, threads: i32): void {
  zip<Maximum>(args, tid, threads);
}

@final
@unmanaged
class Minimum {
  @inline
  at(a: v128, b: v128, p: v128, q: v128): v128 {
    return f32x4.min(a, b);
  }
}
export function minimum(args: usize, tid: i32, threads: i32): void {
  zip<Minimum>(args, tid, threads);
}

// relu(a + b), the end of a residual block
@final
@unmanaged
class AddRelu {
  @inline
  at(a: v128, b: v128, p: v128, q: v128): v128 {
    return f32x4.pmax(f32x4.add(a, b), splat(0));
  }
}
export function addRelu(args: usize, tid: i32, threads: i32): void {
  zip<AddRelu>(args, tid, threads);
}
export function addReluBf16(args: usize, tid: i32, threads: i32): void {
  zip<AddRelu, u16>(args, tid, threads);
}

// Whole numbers of 32 bits
@final
@unmanaged
class AddInt32 {
  @inline
  at(a: v128, b: v128, p: v128, q: v128): v128 {
    return i32x4.add(a, b);
  }
}
export function addInt32(args: usize, tid: i32, threads: i32): void {
  zip<AddInt32>(args, tid, threads);
}

@final
@unmanaged
class Pow {
  @inline
  at(a: v128, b: v128, p: v128, q: v128): v128 {
    let y = splat(Mathf.pow(f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)));
    y = f32x4.replace_lane(y, 1, Mathf.pow(f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)));
    y = f32x4.replace_lane(y, 2, Mathf.pow(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)));
    y = f32x4.replace_lane(y, 3, Mathf.pow(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)));
    // 1 even to the power of NaN, and −1 to that of ±∞
    const ends = v128.and(
      f32x4.eq(a, splat(-1)),
      f32x4.eq(f32x4.abs(b), splat(Infinity)),
    );
    return v128.bitselect(splat(1), y, v128.or(f32x4.eq(a, splat(1)), ends));
  }
}
export function pow(args: usize, tid: i32, threads: i32): void {
  zip<Pow>(args, tid, threads);
}
