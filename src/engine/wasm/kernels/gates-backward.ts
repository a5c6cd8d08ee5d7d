// Gradients of the activations of ./gates.ts. Args as in ./unary-backward.ts; the value is x.

import { exp4, sigmoid4, splat } from './math';
import { tanhSoftplus4 } from './math-gates';
import { mapGradient } from './unary-backward';

@final
@unmanaged
class Hardswish {
  @inline
  at(x: v128, dy: v128, p: v128, q: v128): v128 {
    const rising = f32x4.mul(dy, f32x4.add(f32x4.div(x, splat(3)), splat(0.5)));
    const gradient = v128.bitselect(rising, dy, f32x4.le(x, splat(3)));
    return v128.andnot(gradient, f32x4.lt(x, splat(-3)));
  }
}
export function hardswishBackward(args: usize, tid: i32, threads: i32): void {
  mapGradient<Hardswish>(args, tid, threads);
}

@final
@unmanaged
class Hardsigmoid {
  @inline
  at(x: v128, dy: v128, p: v128, q: v128): v128 {
    const inside = v128.and(f32x4.gt(x, splat(-3)), f32x4.lt(x, splat(3)));
    return v128.and(f32x4.div(dy, splat(6)), inside);
  }
}
export function hardsigmoidBackward(args: usize, tid: i32, threads: i32): void {
  mapGradient<Hardsigmoid>(args, tid, threads);
}

// p alpha.
@final
@unmanaged
class Elu {
  @inline
  at(x: v128, dy: v128, p: v128, q: v128): v128 {
    const below = f32x4.mul(f32x4.mul(dy, p), exp4(x));
    return v128.bitselect(dy, below, f32x4.gt(x, splat(0)));
  }
}
export function eluBackward(args: usize, tid: i32, threads: i32): void {
  mapGradient<Elu>(args, tid, threads);
}

@final
@unmanaged
class Mish {
  @inline
  at(x: v128, dy: v128, p: v128, q: v128): v128 {
    const t = tanhSoftplus4(x);
    const rest = f32x4.sub(splat(1), f32x4.mul(t, t));
    return f32x4.mul(dy, f32x4.add(t, f32x4.mul(f32x4.mul(x, rest), sigmoid4(x))));
  }
}
export function mishBackward(args: usize, tid: i32, threads: i32): void {
  mapGradient<Mish>(args, tid, threads);
}

// p beta, q threshold.
@final
@unmanaged
class Softplus {
  @inline
  at(x: v128, dy: v128, p: v128, q: v128): v128 {
    const scaled = f32x4.mul(x, p);
    return v128.bitselect(dy, f32x4.mul(dy, sigmoid4(scaled)), f32x4.gt(scaled, q));
  }
}
export function softplusBackward(args: usize, tid: i32, threads: i32): void {
  mapGradient<Softplus>(args, tid, threads);
}
