// Functions that gates are made of, of four floats at once, with the accuracy and the special values of ./math.ts.

import { exp4, log4, splat } from './math';

// ln(1 + e) for e in [0, 1]: what 1 + e loses of e is put right by the factor e / ((1 + e) − 1).
@inline
function logOnePlus4(e: v128): v128 {
  const sum = f32x4.add(splat(1), e);
  const kept = f32x4.sub(sum, splat(1));
  const lifted = f32x4.div(f32x4.mul(e, log4(sum)), kept);
  return v128.bitselect(e, lifted, f32x4.eq(kept, splat(0)));
}

// ln(1 + eˣ), from e^−|x| so that it does not overflow.
@inline
export function softplus4(x: v128): v128 {
  const e = exp4(f32x4.neg(f32x4.abs(x)));
  return f32x4.add(f32x4.pmax(x, splat(0)), logOnePlus4(e));
}

// tanh(ln(1 + eˣ)) = w / (w + 2) with w = eˣ·(eˣ + 2), which is 1 from x = 20 on.
@inline
export function tanhSoftplus4(x: v128): v128 {
  const n = exp4(f32x4.pmin(x, splat(20)));
  const w = f32x4.mul(n, f32x4.add(n, splat(2)));
  return f32x4.div(w, f32x4.add(w, splat(2)));
}
