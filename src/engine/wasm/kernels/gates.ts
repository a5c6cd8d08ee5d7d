// Activations of newer networks, element by element on any layout. Args as in ./unary.ts.

import { exp4, splat, tanh4 } from './math';
import { softplus4, tanhSoftplus4 } from './math-gates';
import { mapUnary } from './unary';

@final
@unmanaged
class Hardswish {
  @inline
  at(x: v128, p: v128, q: v128): v128 {
    const gate = f32x4.pmin(f32x4.pmax(f32x4.add(x, splat(3)), splat(0)), splat(6));
    return f32x4.mul(x, f32x4.div(gate, splat(6))); // x · 6 may overflow
  }
}
export function hardswish(args: usize, tid: i32, threads: i32): void {
  mapUnary<Hardswish>(args, tid, threads);
}

@final
@unmanaged
class Hardsigmoid {
  @inline
  at(x: v128, p: v128, q: v128): v128 {
    const gate = f32x4.pmin(f32x4.pmax(f32x4.add(x, splat(3)), splat(0)), splat(6));
    return f32x4.div(gate, splat(6));
  }
}
export function hardsigmoid(args: usize, tid: i32, threads: i32): void {
  mapUnary<Hardsigmoid>(args, tid, threads);
}

// p alpha. eˣ − 1 = tanh(x/2) · (eˣ + 1), which keeps its digits near 0.
@final
@unmanaged
class Elu {
  @inline
  at(x: v128, p: v128, q: v128): v128 {
    const minusOne = f32x4.mul(tanh4(f32x4.mul(x, splat(0.5))), f32x4.add(exp4(x), splat(1)));
    return v128.bitselect(x, f32x4.mul(p, minusOne), f32x4.gt(x, splat(0)));
  }
}
export function elu(args: usize, tid: i32, threads: i32): void {
  mapUnary<Elu>(args, tid, threads);
}

@final
@unmanaged
class Mish {
  @inline
  at(x: v128, p: v128, q: v128): v128 {
    return f32x4.mul(x, tanhSoftplus4(x));
  }
}
export function mish(args: usize, tid: i32, threads: i32): void {
  mapUnary<Mish>(args, tid, threads);
}

// p beta, q threshold.
@final
@unmanaged
class Softplus {
  @inline
  at(x: v128, p: v128, q: v128): v128 {
    const scaled = f32x4.mul(x, p);
    return v128.bitselect(x, f32x4.div(softplus4(scaled), p), f32x4.gt(scaled, q));
  }
}
export function softplus(args: usize, tid: i32, threads: i32): void {
  mapUnary<Softplus>(args, tid, threads);
}
