// Gradients of element-wise functions, on any layout. Args of every kernel of this file:
// 0 value (the function's x or y, as said), 1 dy, 2 dx, 3 count, 4 p (f32), 5 q (f32). dx may be dy or the value.
// Kernels named …Bf16 have all in bfloat16 (./elements.ts).

import { A, F, I } from './abi';
import { load4, span, store4, storeFirst } from './elements';
import { exp4, normalCdf4, sigmoid4, splat } from './math';
import { flatStart } from './share';

export function mapGradient<K, T = f32>(args: usize, tid: i32, threads: i32): void {
  const f = changetype<K>(0);
  const count = I(args, 3);
  const start = flatStart(count, tid, threads);
  const length = flatStart(count, tid + 1, threads) - start;
  const p = splat(F(args, 4));
  const q = splat(F(args, 5));
  let value = A(args, 0) + span<T>(start);
  let dy = A(args, 1) + span<T>(start);
  let dx = A(args, 2) + span<T>(start);
  const end = dx + span<T>(length & ~3);
  while (dx < end) {
    store4<T>(dx, f.at(load4<T>(value), load4<T>(dy), p, q));
    value += span<T>(4);
    dy += span<T>(4);
    dx += span<T>(4);
  }
  if (length & 3) storeFirst<T>(dx, f.at(load4<T>(value), load4<T>(dy), p, q), length & 3);
}

// Of y.
@final
@unmanaged
class Relu {
  @inline
  at(y: v128, dy: v128, p: v128, q: v128): v128 {
    return v128.andnot(dy, f32x4.le(y, splat(0)));
  }
}
export function reluBackward(args: usize, tid: i32, threads: i32): void {
  mapGradient<Relu>(args, tid, threads);
}
export function reluBackwardBf16(args: usize, tid: i32, threads: i32): void {
  mapGradient<Relu, u16>(args, tid, threads);
}

// Of x; p slope below 0.
@final
@unmanaged
class LeakyRelu {
  @inline
  at(x: v128, dy: v128, p: v128, q: v128): v128 {
    return v128.bitselect(dy, f32x4.mul(dy, p), f32x4.gt(x, splat(0)));
  }
}
export function leakyReluBackward(args: usize, tid: i32, threads: i32): void {
  mapGradient<LeakyRelu>(args, tid, threads);
}

// Of x; p low, q high.
@final
@unmanaged
class Clamp {
  @inline
  at(x: v128, dy: v128, p: v128, q: v128): v128 {
    return v128.and(dy, v128.and(f32x4.ge(x, p), f32x4.le(x, q)));
  }
}
export function clampBackward(args: usize, tid: i32, threads: i32): void {
  mapGradient<Clamp>(args, tid, threads);
}

// Of y.
@final
@unmanaged
class Sigmoid {
  @inline
  at(y: v128, dy: v128, p: v128, q: v128): v128 {
    return f32x4.mul(dy, f32x4.mul(y, f32x4.sub(splat(1), y)));
  }
}
export function sigmoidBackward(args: usize, tid: i32, threads: i32): void {
  mapGradient<Sigmoid>(args, tid, threads);
}

// Of y.
@final
@unmanaged
class Tanh {
  @inline
  at(y: v128, dy: v128, p: v128, q: v128): v128 {
    return f32x4.mul(dy, f32x4.mul(f32x4.sub(splat(1), y), f32x4.add(splat(1), y)));
  }
}
export function tanhBackward(args: usize, tid: i32, threads: i32): void {
  mapGradient<Tanh>(args, tid, threads);
}

// Of x: Φ(x) + x·φ(x).
@final
@unmanaged
class Gelu {
  @inline
  at(x: v128, dy: v128, p: v128, q: v128): v128 {
    const density = f32x4.mul(
      exp4(f32x4.mul(f32x4.mul(x, x), splat(-0.5))),
      splat(0.3989422804014327),
    );
    return f32x4.mul(dy, f32x4.add(normalCdf4(x), f32x4.mul(x, density)));
  }
}
export function geluBackward(args: usize, tid: i32, threads: i32): void {
  mapGradient<Gelu>(args, tid, threads);
}

// Of x, for ½x(1 + tanh u) = x·σ(2u), u = √(2/π)·(x + 0.044715x³); from |x| = 12 on it is 0 or 1, and x³ may be infinite.
@final
@unmanaged
class GeluTanh {
  @inline
  at(x: v128, dy: v128, p: v128, q: v128): v128 {
    const near = f32x4.pmin(f32x4.pmax(x, splat(-12)), splat(12));
    const square = f32x4.mul(near, near);
    const rise = f32x4.mul(
      f32x4.add(splat(1), f32x4.mul(square, splat(0.134145))),
      splat(1.5957691216057308),
    );
    const u = f32x4.mul(
      f32x4.mul(near, f32x4.add(splat(1), f32x4.mul(square, splat(0.044715)))),
      splat(1.5957691216057308),
    );
    const cdf = sigmoid4(u);
    const slope = f32x4.mul(f32x4.mul(near, rise), sigmoid4(f32x4.neg(u)));
    return f32x4.mul(dy, f32x4.mul(cdf, f32x4.add(splat(1), slope)));
  }
}
export function geluTanhBackward(args: usize, tid: i32, threads: i32): void {
  mapGradient<GeluTanh>(args, tid, threads);
}

// Of x: σ(x)·(1 + x·(1 − σ(x))).
@final
@unmanaged
class Silu {
  @inline
  at(x: v128, dy: v128, p: v128, q: v128): v128 {
    const above = sigmoid4(x);
    const rest = sigmoid4(f32x4.neg(x));
    return f32x4.mul(dy, f32x4.mul(above, f32x4.add(splat(1), f32x4.mul(x, rest))));
  }
}
export function siluBackward(args: usize, tid: i32, threads: i32): void {
  mapGradient<Silu>(args, tid, threads);
}
