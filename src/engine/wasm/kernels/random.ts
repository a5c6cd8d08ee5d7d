// Random numbers, bit for bit those of the reference (src/ops/uniform.ts, src/ops/kernels/normal-deviates.ts): the same
// operations on float64 in the same order, two lanes at a time.

import { NormalArgs, UniformArgs } from './args';
import { drawBlocks } from './draws';
import { storeUpTo4 } from './elements';
import { bytes, unitStart } from './share';

@inline
function splat(x: f64): v128 {
  return f64x2.splat(x);
}

// Two words as multiples of 2⁻²⁴ in [0, 1).
@inline
function unit(words: v128): v128 {
  return f64x2.mul(f64x2.convert_low_i32x4_u(i32x4.shr_u(words, 8)), splat(1.0 / 16777216.0));
}

export function uniform(args: UniformArgs, tid: i32, threads: i32): void {
  const words = args.scratch + <usize>tid * args.scratchBytes;
  const low = splat(args.low);
  const range = splat(args.range);
  const groups = (args.count + 15) >> 4;
  const end = unitStart(groups, tid + 1, threads);
  for (let group = unitStart(groups, tid, threads); group < end; group++) {
    drawBlocks(words, group << 2, args.key);
    const last = min(16, args.count - (group << 4));
    for (let j = 0; j < last; j += 4) {
      const w = v128.load(words + bytes(j));
      const a = f64x2.add(low, f64x2.mul(range, unit(w)));
      const b = f64x2.add(low, f64x2.mul(range, unit(v128.shuffle<i32>(w, w, 2, 3, 2, 3))));
      const y = v128.shuffle<i64>(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 2);
      storeUpTo4<f32>(args.y + bytes((group << 4) + j), y, last - j);
    }
  }
}

export function normal(args: NormalArgs, tid: i32, threads: i32): void {
  const words = args.scratch + <usize>tid * args.scratchBytes;
  const mean = splat(args.mean);
  const std = splat(args.std);
  const groups = (args.count + 15) >> 4;
  const end = unitStart(groups, tid + 1, threads);
  for (let group = unitStart(groups, tid, threads); group < end; group++) {
    drawBlocks(words, group << 2, args.key);
    const last = min(16, args.count - (group << 4));
    for (let j = 0; j < last; j += 4) {
      const w = i32x4.shr_u(v128.load(words + bytes(j)), 8);
      const log = logOfComplement(v128.shuffle<i32>(w, w, 0, 2, 0, 2));
      const radius = f64x2.mul(std, f64x2.sqrt(f64x2.mul(splat(-2), log)));
      storeUpTo4<f32>(
        args.y + bytes((group << 4) + j),
        onCircle(v128.shuffle<i32>(w, w, 1, 3, 1, 3), radius, mean),
        last - j,
      );
    }
  }
}

// ln(1 − j·2⁻²⁴).
@inline
function logOfComplement(j: v128): v128 {
  const x = f64x2.convert_low_i32x4_u(i32x4.sub(i32x4.splat(0x1000000), j));
  const exponents = i64x2.shr_u(x, 52);
  let m = v128.or(v128.and(x, i64x2.splat(0x000fffffffffffff)), splat(1));
  const high = f64x2.gt(m, splat(Math.SQRT2));
  m = f64x2.mul(m, v128.bitselect(splat(0.5), splat(1), high));
  let e = f64x2.convert_low_i32x4_u(v128.shuffle<i32>(exponents, exponents, 0, 2, 0, 2));
  e = f64x2.add(f64x2.sub(e, splat(1047)), v128.and(high, splat(1))); // 1023, and 24 of the unit
  const s = f64x2.div(f64x2.sub(m, splat(1)), f64x2.add(m, splat(1)));
  const z = f64x2.mul(s, s);
  let p = splat(1.0 / 21.0);
  p = next(p, z, 1.0 / 19.0);
  p = next(p, z, 1.0 / 17.0);
  p = next(p, z, 1.0 / 15.0);
  p = next(p, z, 1.0 / 13.0);
  p = next(p, z, 1.0 / 11.0);
  p = next(p, z, 1.0 / 9.0);
  p = next(p, z, 1.0 / 7.0);
  p = next(p, z, 1.0 / 5.0);
  p = next(p, z, 1.0 / 3.0);
  const twice = f64x2.add(s, s);
  const log = f64x2.add(twice, f64x2.mul(twice, f64x2.mul(z, p)));
  return f64x2.add(f64x2.mul(e, splat(Math.LN2)), log);
}

// mean + radius·(cos, sin) of 2π·j·2⁻²⁴: for two j, two pairs.
@inline
function onCircle(j: v128, radius: v128, mean: v128): v128 {
  const quarter = i32x4.shr_u(i32x4.add(j, i32x4.splat(0x200000)), 22);
  const rest = i32x4.sub(j, i32x4.shl(quarter, 22));
  const angle = f64x2.mul(f64x2.convert_low_i32x4_s(rest), splat((2 * Math.PI) / 16777216.0));
  const z = f64x2.mul(angle, angle);
  let c = splat(1.0 / 20922789888000.0);
  c = next(c, z, -1.0 / 87178291200.0);
  c = next(c, z, 1.0 / 479001600.0);
  c = next(c, z, -1.0 / 3628800.0);
  c = next(c, z, 1.0 / 40320.0);
  c = next(c, z, -1.0 / 720.0);
  c = next(c, z, 1.0 / 24.0);
  c = next(c, z, -0.5);
  c = next(c, z, 1);
  let s = splat(1.0 / 355687428096000.0);
  s = next(s, z, -1.0 / 1307674368000.0);
  s = next(s, z, 1.0 / 6227020800.0);
  s = next(s, z, -1.0 / 39916800.0);
  s = next(s, z, 1.0 / 362880.0);
  s = next(s, z, -1.0 / 5040.0);
  s = next(s, z, 1.0 / 120.0);
  s = next(s, z, -1.0 / 6.0);
  s = f64x2.mul(angle, next(s, z, 1));
  // Lanes of 64 bits from those of 32.
  const quarters = i64x2.extend_low_i32x4_u(quarter);
  const odd = i64x2.neg(v128.and(quarters, i64x2.splat(1)));
  const cosSign = i64x2.shl(v128.and(i64x2.add(quarters, i64x2.splat(1)), i64x2.splat(2)), 62);
  const sinSign = i64x2.shl(v128.and(quarters, i64x2.splat(2)), 62);
  const cos = v128.xor(v128.bitselect(s, c, odd), cosSign);
  const sin = v128.xor(v128.bitselect(c, s, odd), sinSign);
  const a = f32x4.demote_f64x2_zero(f64x2.add(mean, f64x2.mul(radius, cos)));
  const b = f32x4.demote_f64x2_zero(f64x2.add(mean, f64x2.mul(radius, sin)));
  return v128.shuffle<i32>(a, b, 0, 4, 1, 5);
}

@inline
function next(p: v128, z: v128, coefficient: f64): v128 {
  return f64x2.add(f64x2.mul(p, z), splat(coefficient));
}
