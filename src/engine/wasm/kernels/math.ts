// Elementary functions of four floats at once. Relative error ≤ 1e-6, subnormal results included; ±∞, NaN and overflow
// give what IEEE 754 says. Range reduction and polynomials follow Cephes (S. Moshier, https://www.netlib.org/cephes/);
// erfc is the rational Chebyshev form of Numerical Recipes §6.2.

import { madd } from './abi';

@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

// x · 2ⁿ for whole n in [−300, 254], in two steps so that a result below 2⁻¹²⁶ is still rounded only once.
@inline
function scaleByPowerOfTwo(x: v128, n: v128): v128 {
  const bias = i32x4.splat(127);
  const half = i32x4.shr_s(n, 1);
  const first = i32x4.shl(i32x4.add(half, bias), 23);
  const second = i32x4.shl(i32x4.add(i32x4.sub(n, half), bias), 23);
  return f32x4.mul(f32x4.mul(x, first), second);
}

// eˣ. x = n·ln 2 + r with |r| ≤ ln 2 / 2; ln 2 in two parts keeps r exact to 1 ulp of x.
@inline
export function exp4(x: v128): v128 {
  // pmin(x, ·) keeps NaN in x; 89 overflows, −104 underflows to 0.
  const clamped = f32x4.pmax(f32x4.pmin(x, splat(89.0)), splat(-104.0));
  const n = f32x4.nearest(f32x4.mul(clamped, splat(1.44269504088896341)));
  let r = f32x4.sub(clamped, f32x4.mul(n, splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, splat(-2.1219444e-4)));
  let p = splat(1.98756915e-4);
  p = madd(p, r, splat(1.3981999507e-3));
  p = madd(p, r, splat(8.3334519073e-3));
  p = madd(p, r, splat(4.1665795894e-2));
  p = madd(p, r, splat(1.6666665459e-1));
  p = madd(p, r, splat(5.0000001201e-1));
  p = f32x4.add(madd(p, f32x4.mul(r, r), r), splat(1.0));
  return scaleByPowerOfTwo(p, i32x4.trunc_sat_f32x4_s(n));
}

// ln x. x = m·2ᵉ with m in [√½, √2), ln x = e·ln 2 + ln(1 + f), f = m − 1.
@inline
export function log4(x: v128): v128 {
  const tiny = f32x4.lt(x, splat(1.17549435e-38));
  const normal = v128.bitselect(f32x4.mul(x, splat(8388608.0)), x, tiny); // 2²³ lifts subnormals
  let e = i32x4.sub(i32x4.shr_u(normal, 23), i32x4.splat(126));
  e = i32x4.sub(e, v128.and(tiny, i32x4.splat(23)));
  let m = v128.or(v128.and(normal, i32x4.splat(0x007fffff)), i32x4.splat(0x3f000000));
  const low = f32x4.lt(m, splat(0.707106781186547524));
  e = i32x4.add(e, low);
  m = f32x4.add(m, v128.and(m, low));
  const f = f32x4.sub(m, splat(1.0));
  const z = f32x4.mul(f, f);
  let p = splat(7.0376836292e-2);
  p = madd(p, f, splat(-1.151461031e-1));
  p = madd(p, f, splat(1.167699874e-1));
  p = madd(p, f, splat(-1.2420140846e-1));
  p = madd(p, f, splat(1.4249322787e-1));
  p = madd(p, f, splat(-1.6668057665e-1));
  p = madd(p, f, splat(2.0000714765e-1));
  p = madd(p, f, splat(-2.4999993993e-1));
  p = madd(p, f, splat(3.3333331174e-1));
  const exponent = f32x4.convert_i32x4_s(e);
  let y = f32x4.mul(f32x4.mul(p, f), z);
  y = madd(exponent, splat(-2.1219444e-4), y);
  y = madd(z, splat(-0.5), y);
  y = f32x4.add(f, y);
  y = madd(exponent, splat(0.693359375), y);
  // +∞ and NaN stay what they are, 0 gives −∞, below 0 there is no logarithm.
  const finite = f32x4.lt(x, splat(Infinity));
  y = v128.bitselect(y, x, finite);
  y = v128.bitselect(splat(-Infinity), y, f32x4.eq(x, splat(0.0)));
  return v128.bitselect(splat(NaN), y, f32x4.lt(x, splat(0.0)));
}

// log(1 + x): that of the rounded sum, corrected by what the rounding has lost.
@inline
export function log1p4(x: v128): v128 {
  const sum = f32x4.add(x, splat(1));
  const rounded = f32x4.sub(sum, splat(1));
  const exact = f32x4.mul(log4(sum), f32x4.div(x, rounded));
  return v128.bitselect(x, exact, f32x4.eq(rounded, splat(0)));
}

// 1 / (1 + e⁻ˣ), from e^−|x| so that neither end loses digits.
@inline
export function sigmoid4(x: v128): v128 {
  const e = exp4(f32x4.neg(f32x4.abs(x)));
  const above = f32x4.div(splat(1.0), f32x4.add(splat(1.0), e));
  return v128.bitselect(f32x4.mul(e, above), above, f32x4.lt(x, splat(0.0)));
}

// tanh x: an odd polynomial below 0.625, else ±(1 − 2 / (e^2|x| + 1)).
@inline
export function tanh4(x: v128): v128 {
  const size = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = splat(-5.70498872745e-3);
  p = madd(p, z, splat(2.06390887954e-2));
  p = madd(p, z, splat(-5.37397155531e-2));
  p = madd(p, z, splat(1.33314422036e-1));
  p = madd(p, z, splat(-3.33332819422e-1));
  const near = madd(f32x4.mul(p, z), x, x);
  const e = exp4(f32x4.add(size, size));
  const far = f32x4.sub(splat(1.0), f32x4.div(splat(2.0), f32x4.add(e, splat(1.0))));
  const sign = v128.and(x, i32x4.splat(0x80000000));
  return v128.bitselect(near, v128.or(far, sign), f32x4.lt(size, splat(0.625)));
}

// The normal distribution function Φ(x) = erfc(−x/√2) / 2.
@inline
export function normalCdf4(x: v128): v128 {
  // e^−z² of z = |x|/√2 is taken in two factors: the square of z's upper bits is exact, so its rounding costs nothing.
  const size = f32x4.pmin(f32x4.abs(x), splat(20.0));
  const upper = v128.and(size, i32x4.splat(0xfffff000));
  const gauss = f32x4.mul(
    exp4(f32x4.mul(f32x4.mul(upper, upper), splat(-0.5))),
    exp4(f32x4.mul(f32x4.mul(f32x4.sub(size, upper), f32x4.add(size, upper)), splat(-0.5))),
  );
  const z = f32x4.mul(size, splat(0.707106781186547524));
  const t = f32x4.div(splat(1.0), madd(z, splat(0.5), splat(1.0)));
  let p = splat(0.17087277);
  p = madd(p, t, splat(-0.82215223));
  p = madd(p, t, splat(1.48851587));
  p = madd(p, t, splat(-1.13520398));
  p = madd(p, t, splat(0.27886807));
  p = madd(p, t, splat(-0.18628806));
  p = madd(p, t, splat(0.09678418));
  p = madd(p, t, splat(0.37409196));
  p = madd(p, t, splat(1.00002368));
  p = madd(p, t, splat(-1.26551223));
  const tail = f32x4.mul(f32x4.mul(f32x4.mul(t, splat(0.5)), gauss), exp4(p));
  const cdf = v128.bitselect(tail, f32x4.sub(splat(1.0), tail), f32x4.lt(x, splat(0.0)));
  return v128.bitselect(cdf, x, f32x4.eq(x, x)); // NaN stays
}
