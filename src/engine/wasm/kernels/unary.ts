// Element-wise functions of one tensor, on any layout. Args of every kernel of this file:
// 0 x, 1 y, 2 count, 3 p (f32), 4 q (f32); p and q are named at the function, unused ones may be missing.
// y may be x. Kernels named …Bf16 have both in bfloat16 (./elements.ts).

import { A, F, I } from './abi';
import { exp4, log4, normalCdf4, sigmoid4, splat, tanh4 } from './math';
import { load4, span, store4, storeFirst } from './elements';
import { bytes, flatStart } from './share';

export function mapUnary<K, T = f32>(args: usize, tid: i32, threads: i32): void {
  const f = changetype<K>(0);
  const count = I(args, 2);
  const start = flatStart(count, tid, threads);
  const length = flatStart(count, tid + 1, threads) - start;
  const p = splat(F(args, 3));
  const q = splat(F(args, 4));
  let x = A(args, 0) + span<T>(start);
  let y = A(args, 1) + span<T>(start);
  const end = y + span<T>(length & ~3);
  while (y < end) {
    store4<T>(y, f.at(load4<T>(x), p, q));
    x += span<T>(4);
    y += span<T>(4);
  }
  if (length & 3) storeFirst<T>(y, f.at(load4<T>(x), p, q), length & 3);
}

@final
@unmanaged
class Neg {
  @inline
  at(x: v128, p: v128, q: v128): v128 {
    return f32x4.neg(x);
  }
}
export function neg(args: usize, tid: i32, threads: i32): void {
  mapUnary<Neg>(args, tid, threads);
}

@final
@unmanaged
class Abs {
  @inline
  at(x: v128, p: v128, q: v128): v128 {
    return f32x4.abs(x);
  }
}
export function abs(args: usize, tid: i32, threads: i32): void {
  mapUnary<Abs>(args, tid, threads);
}

// −1, 0 or 1
@final
@unmanaged
class Sign {
  @inline
  at(x: v128, p: v128, q: v128): v128 {
    const above = v128.and(f32x4.gt(x, splat(0)), splat(1));
    const below = v128.and(f32x4.lt(x, splat(0)), splat(-1));
    return v128.bitselect(v128.or(above, below), x, f32x4.eq(x, x)); // NaN stays
  }
}
export function sign(args: usize, tid: i32, threads: i32): void {
  mapUnary<Sign>(args, tid, threads);
}

@final
@unmanaged
class Exp {
  @inline
  at(x: v128, p: v128, q: v128): v128 {
    return exp4(x);
  }
}
export function exp(args: usize, tid: i32, threads: i32): void {
  mapUnary<Exp>(args, tid, threads);
}

@final
@unmanaged
class Log {
  @inline
  at(x: v128, p: v128, q: v128): v128 {
    return log4(x);
  }
}
export function log(args: usize, tid: i32, threads: i32): void {
  mapUnary<Log>(args, tid, threads);
}

@final
@unmanaged
class Sqrt {
  @inline
  at(x: v128, p: v128, q: v128): v128 {
    return f32x4.sqrt(x);
  }
}
export function sqrt(args: usize, tid: i32, threads: i32): void {
  mapUnary<Sqrt>(args, tid, threads);
}

@final
@unmanaged
class Square {
  @inline
  at(x: v128, p: v128, q: v128): v128 {
    return f32x4.mul(x, x);
  }
}
export function square(args: usize, tid: i32, threads: i32): void {
  mapUnary<Square>(args, tid, threads);
}

@final
@unmanaged
class Relu {
  @inline
  at(x: v128, p: v128, q: v128): v128 {
    return f32x4.pmax(x, splat(0)); // NaN stays NaN
  }
}
export function relu(args: usize, tid: i32, threads: i32): void {
  mapUnary<Relu>(args, tid, threads);
}
export function reluBf16(args: usize, tid: i32, threads: i32): void {
  mapUnary<Relu, u16>(args, tid, threads);
}

// In place on a span of a tensor for each thread. Args: 0 y, 1 table: first byte and count of thread t's span at words 2t, 2t + 1
export function reluSpans(args: usize, tid: i32, threads: i32): void {
  const table = A(args, 1) + (<usize>tid << 3);
  const count = I(table, 1);
  let y = A(args, 0) + A(table, 0);
  const end = y + bytes(count & ~3);
  for (; y < end; y += 16) v128.store(y, f32x4.pmax(v128.load(y), splat(0)));
  if (count & 3) storeFirst<f32>(y, f32x4.pmax(v128.load(y), splat(0)), count & 3);
}

// Read as whole numbers, negative elements that are not NaN are those up to −∞ (0xff80, −128). Counts are multiples of 8.
export function reluSpansBf16(args: usize, tid: i32, threads: i32): void {
  const table = A(args, 1) + (<usize>tid << 3);
  let y = A(args, 0) + A(table, 0);
  const count = I(table, 1);
  const whole = y + span<u16>(count & ~31);
  const end = y + span<u16>(count);
  for (; y < whole; y += 64) {
    rectify8(y);
    rectify8(y + 16);
    rectify8(y + 32);
    rectify8(y + 48);
  }
  for (; y < end; y += 16) rectify8(y);
}

@inline
function rectify8(y: usize): void {
  const v = v128.load(y);
  v128.store(y, v128.andnot(v, i16x8.le_s(v, i16x8.splat(-128))));
}

// p slope below 0
@final
@unmanaged
class LeakyRelu {
  @inline
  at(x: v128, p: v128, q: v128): v128 {
    return v128.bitselect(x, f32x4.mul(x, p), f32x4.gt(x, splat(0)));
  }
}
export function leakyRelu(args: usize, tid: i32, threads: i32): void {
  mapUnary<LeakyRelu>(args, tid, threads);
}

@final
@unmanaged
class Sigmoid {
  @inline
  at(x: v128, p: v128, q: v128): v128 {
    return sigmoid4(x);
  }
}
export function sigmoid(args: usize, tid: i32, threads: i32): void {
  mapUnary<Sigmoid>(args, tid, threads);
}

@final
@unmanaged
class Tanh {
  @inline
  at(x: v128, p: v128, q: v128): v128 {
    return tanh4(x);
  }
}
export function tanh(args: usize, tid: i32, threads: i32): void {
  mapUnary<Tanh>(args, tid, threads);
}

@final
@unmanaged
class Gelu {
  @inline
  at(x: v128, p: v128, q: v128): v128 {
    return f32x4.mul(x, normalCdf4(x));
  }
}
export function gelu(args: usize, tid: i32, threads: i32): void {
  mapUnary<Gelu>(args, tid, threads);
}

// ½x(1 + tanh u) = x·σ(2u), u = √(2/π)·(x + 0.044715x³)
@final
@unmanaged
class GeluTanh {
  @inline
  at(x: v128, p: v128, q: v128): v128 {
    const cubic = f32x4.add(splat(1), f32x4.mul(f32x4.mul(x, x), splat(0.044715)));
    return f32x4.mul(x, sigmoid4(f32x4.mul(f32x4.mul(x, cubic), splat(1.5957691216057308))));
  }
}
export function geluTanh(args: usize, tid: i32, threads: i32): void {
  mapUnary<GeluTanh>(args, tid, threads);
}

@final
@unmanaged
class Silu {
  @inline
  at(x: v128, p: v128, q: v128): v128 {
    return f32x4.mul(x, sigmoid4(x));
  }
}
export function silu(args: usize, tid: i32, threads: i32): void {
  mapUnary<Silu>(args, tid, threads);
}

// p low, q high
@final
@unmanaged
class Clamp {
  @inline
  at(x: v128, p: v128, q: v128): v128 {
    return f32x4.pmin(f32x4.pmax(x, p), q);
  }
}
export function clamp(args: usize, tid: i32, threads: i32): void {
  mapUnary<Clamp>(args, tid, threads);
}
