// Element-wise functions of four floats at once that take more than an expression, among them activations and their slopes; and
// what those expressions call.

import { exp4, normalCdf4, sigmoid4, splat, tanh4 } from './math';
import { softplus4, tanhSoftplus4 } from './math-gates';

export * from './math';
export * from './math-gates';

// −1, 0 or 1; NaN stays.
@inline
export function sign4(x: v128): v128 {
  const above = v128.and(f32x4.gt(x, splat(0)), splat(1));
  const below = v128.and(f32x4.lt(x, splat(0)), splat(-1));
  return v128.bitselect(v128.or(above, below), x, f32x4.eq(x, x));
}

// Φ(x) + x·φ(x).
@inline
export function geluSlope4(x: v128): v128 {
  const density = f32x4.mul(
    exp4(f32x4.mul(f32x4.mul(x, x), splat(-0.5))),
    splat(0.3989422804014327),
  );
  return f32x4.add(normalCdf4(x), f32x4.mul(x, density));
}

// ½x(1 + tanh u) = x·σ(2u), u = √(2/π)·(x + 0.044715x³)
@inline
export function geluTanh4(x: v128): v128 {
  const cubic = f32x4.add(splat(1), f32x4.mul(f32x4.mul(x, x), splat(0.044715)));
  return f32x4.mul(x, sigmoid4(f32x4.mul(f32x4.mul(x, cubic), splat(1.5957691216057308))));
}

// From |x| = 12 on it is 0 or 1, and x³ may be infinite.
@inline
export function geluTanhSlope4(x: v128): v128 {
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
  return f32x4.mul(cdf, f32x4.add(splat(1), slope));
}

// σ(x)·(1 + x·(1 − σ(x))).
@inline
export function siluSlope4(x: v128): v128 {
  const above = sigmoid4(x);
  const rest = sigmoid4(f32x4.neg(x));
  return f32x4.mul(above, f32x4.add(splat(1), f32x4.mul(x, rest)));
}

// (x + 3) / 6 within [0, 1].
@inline
export function hardGate4(x: v128): v128 {
  const gate = f32x4.pmin(f32x4.pmax(f32x4.add(x, splat(3)), splat(0)), splat(6));
  return f32x4.div(gate, splat(6));
}

@inline
export function hardswishGradient4(x: v128, dy: v128): v128 {
  const rising = f32x4.mul(dy, f32x4.add(f32x4.div(x, splat(3)), splat(0.5)));
  const gradient = v128.bitselect(rising, dy, f32x4.le(x, splat(3)));
  return v128.andnot(gradient, f32x4.lt(x, splat(-3)));
}

@inline
export function hardsigmoidGradient4(x: v128, dy: v128): v128 {
  const inside = v128.and(f32x4.gt(x, splat(-3)), f32x4.lt(x, splat(3)));
  return v128.and(f32x4.div(dy, splat(6)), inside);
}

// eˣ − 1 = tanh(x/2) · (eˣ + 1), which keeps its digits near 0.
@inline
export function elu4(x: v128, alpha: v128): v128 {
  const minusOne = f32x4.mul(tanh4(f32x4.mul(x, splat(0.5))), f32x4.add(exp4(x), splat(1)));
  return v128.bitselect(x, f32x4.mul(alpha, minusOne), f32x4.gt(x, splat(0)));
}

@inline
export function eluGradient4(x: v128, dy: v128, alpha: v128): v128 {
  const below = f32x4.mul(f32x4.mul(dy, alpha), exp4(x));
  return v128.bitselect(dy, below, f32x4.gt(x, splat(0)));
}

@inline
export function mishSlope4(x: v128): v128 {
  const t = tanhSoftplus4(x);
  const rest = f32x4.sub(splat(1), f32x4.mul(t, t));
  return f32x4.add(t, f32x4.mul(f32x4.mul(x, rest), sigmoid4(x)));
}

@inline
export function scaledSoftplus4(x: v128, beta: v128, threshold: v128): v128 {
  const scaled = f32x4.mul(x, beta);
  return v128.bitselect(x, f32x4.div(softplus4(scaled), beta), f32x4.gt(scaled, threshold));
}

@inline
export function softplusGradient4(x: v128, dy: v128, beta: v128, threshold: v128): v128 {
  const scaled = f32x4.mul(x, beta);
  return v128.bitselect(dy, f32x4.mul(dy, sigmoid4(scaled)), f32x4.gt(scaled, threshold));
}

@inline
export function pow4(a: v128, b: v128): v128 {
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
