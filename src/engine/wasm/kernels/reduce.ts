// Reductions of x [K1][R1][K2][R2][K3] over the dimensions named R, to y [K1][K2][K3]. Sums of a few dozen floats are added
// up in doubles. Where K3 is 1 the R2 are consecutive in memory, else four of K3 are taken together. A result that is no
// number is computed once more in doubles alone: the floats may have left their range on the way. Work is split by elements
// of y.

import { ExtremeArgs, ReduceArgs, SumPartsArgs, SumTotalArgs } from './args';
import { load1 } from './elements';
import { addWide, bytes, flatStart, keepPart, storeLanes, total, unitStart } from './share';

@final
@unmanaged
export class Itself {
  @inline
  at(x: v128, center: v128): v128 {
    return x;
  }
}

@final
@unmanaged
export class Squared {
  @inline
  at(x: v128, center: v128): v128 {
    const distance = f32x4.sub(x, center);
    return f32x4.mul(distance, distance);
  }
}

// Σ f(x) of `count` consecutive floats.
export function sumRow<K>(x: usize, count: i32, center: v128): f64 {
  const f = changetype<K>(0);
  let wide = f64x2.splat(0);
  while (count > 0) {
    const n = min(count, 512);
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    const end = x + bytes(n & ~7);
    while (x < end) {
      s0 = f32x4.add(s0, f.at(v128.load(x), center));
      s1 = f32x4.add(s1, f.at(v128.load(x, 16), center));
      x += 32;
    }
    if (n & 7) {
      s0 = f32x4.add(s0, keepPart(f.at(v128.load(x), center), n & 7));
      s1 = f32x4.add(s1, keepPart(f.at(v128.load(x, 16), center), (n & 7) - 4));
    }
    wide = addWide(wide, f32x4.add(s0, s1));
    count -= n;
  }
  return total(wide);
}

// Whether a sum has left the range of numbers, or, for a root, may have lost squares below that of floats.
@inline
export function isLost(sum: f64, root: bool): bool {
  return sum - sum != 0 || (root && sum < 1e-30);
}

// Σ x or Σ (x − center)² in doubles, of `outer` rows of `count` elements that lie `step` bytes apart.
export function wideSum<T>(
  x: usize,
  outer: i32,
  outerStep: usize,
  count: i32,
  step: usize,
  center: f64,
  squared: bool,
): f64 {
  let sum: f64 = 0;
  for (let r = 0; r < outer; r++) {
    for (let i = 0; i < count; i++) {
      const distance = <f64>load1<T>(x + <usize>i * step) - center;
      sum += squared ? distance * distance : distance;
    }
    x += outerStep;
  }
  return sum;
}

// Σ f(x) of all rows of one result; `x` is the first.
@inline
function sumRows<K>(x: usize, outer: i32, outerStep: usize, count: i32, center: v128): f64 {
  let sum: f64 = 0;
  for (let r = 0; r < outer; r++) {
    sum += sumRow<K>(x, count, center);
    x += outerStep;
  }
  return sum;
}

// Σ f(x) for four columns, times a factor.
@inline
function sumColumns<K>(
  x: usize,
  outer: i32,
  outerStep: usize,
  count: i32,
  step: usize,
  center: v128,
  factor: f64,
): v128 {
  const f = changetype<K>(0);
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let r = 0; r < outer; r++) {
    let p = x;
    for (let left = count; left > 0; left -= 64) {
      const end = p + <usize>min(left, 64) * step;
      let part = f32x4.splat(0);
      while (p < end) {
        part = f32x4.add(part, f.at(v128.load(p), center));
        p += step;
      }
      low = f64x2.add(low, f64x2.promote_low_f32x4(part));
      high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(part, part, 2, 3, 0, 1)));
    }
    x += outerStep;
  }
  const by = f64x2.splat(factor);
  const first = f32x4.demote_f64x2_zero(f64x2.mul(low, by));
  return v128.shuffle<i32>(first, f32x4.demote_f64x2_zero(f64x2.mul(high, by)), 0, 1, 4, 5);
}

// `squared`: the sums are of squares; `centred`: of squared distances from the mean.
@inline
function reduce<K>(args: ReduceArgs, tid: i32, threads: i32, squared: bool, centred: bool): void {
  const outer = args.r1;
  const middle = args.k2;
  const count = args.r2;
  const inner = args.k3;
  const root = args.root;
  const factor = args.factor;
  const mean = 1 / (<f64>outer * <f64>count);
  const columns = (inner + 3) >> 2;
  const step = bytes(inner);
  const outerStep = <usize>(middle * count) * step;
  const units = args.k1 * middle * columns;
  const end = unitStart(units, tid + 1, threads);
  for (let unit = unitStart(units, tid, threads); unit < end; unit++) {
    const row = unit / columns;
    const k = (unit - row * columns) << 2;
    const first = row / middle;
    const x =
      args.x +
      <usize>first * <usize>outer * outerStep +
      <usize>((row - first * middle) * count) * step +
      bytes(k);
    const y = args.y + bytes(row * inner + k);
    let center = f32x4.splat(0);
    if (inner == 1) {
      if (centred)
        center = f32x4.splat(<f32>(sumRows<Itself>(x, outer, outerStep, count, center) * mean));
      const sum = sumRows<K>(x, outer, outerStep, count, center) * factor;
      if (isLost(sum, root != 0)) storeWide(args, x, outerStep, y, 1, squared, centred);
      else store<f32>(y, <f32>(root ? Math.sqrt(sum) : sum));
    } else {
      if (centred) center = sumColumns<Itself>(x, outer, outerStep, count, step, center, mean);
      let sum = sumColumns<K>(x, outer, outerStep, count, step, center, factor);
      const tiny = root ? f32x4.lt(sum, f32x4.splat(1e-30)) : f32x4.splat(0);
      const lost = v128.or(tiny, f32x4.ne(f32x4.sub(sum, sum), f32x4.splat(0)));
      // Lanes behind the last column hold what lies there in memory, which must not decide.
      const lanes = min(4, inner - k);
      if (i32x4.bitmask(lost) & ((1 << lanes) - 1)) {
        storeWide(args, x, outerStep, y, lanes, squared, centred);
        continue;
      }
      if (root) sum = f32x4.sqrt(sum);
      storeLanes(y, sum, inner - k);
    }
  }
}

// Stores `lanes` results of a reduction, each computed in doubles alone.
function storeWide(
  args: ReduceArgs,
  x: usize,
  outerStep: usize,
  y: usize,
  lanes: i32,
  squared: bool,
  centred: bool,
): void {
  const outer = args.r1;
  const count = args.r2;
  const step = bytes(args.k3);
  for (let lane = 0; lane < lanes; lane++) {
    const from = x + bytes(lane);
    let center: f64 = 0;
    if (centred)
      center =
        wideSum<f32>(from, outer, outerStep, count, step, 0, false) / (<f64>outer * <f64>count);
    const sum = wideSum<f32>(from, outer, outerStep, count, step, center, squared) * args.factor;
    store<f32>(y + bytes(lane), <f32>(args.root ? Math.sqrt(sum) : sum));
  }
}

// Σ x · factor
export function sum(args: ReduceArgs, tid: i32, threads: i32): void {
  reduce<Itself>(args, tid, threads, false, false);
}

// Σ x² · factor
export function sumSquares(args: ReduceArgs, tid: i32, threads: i32): void {
  reduce<Squared>(args, tid, threads, true, false);
}

// Σ (x − mean)² · factor
export function sumDistances(args: ReduceArgs, tid: i32, threads: i32): void {
  reduce<Squared>(args, tid, threads, true, true);
}

export function sumParts(args: SumPartsArgs, tid: i32, threads: i32): void {
  const start = flatStart(args.count, tid, threads);
  const length = flatStart(args.count, tid + 1, threads) - start;
  const sum = sumRow<Itself>(args.x + bytes(start), length, f32x4.splat(0));
  store<f64>(args.sums + ((<usize>tid) << 3), sum);
}

export function squareParts(args: SumPartsArgs, tid: i32, threads: i32): void {
  const start = flatStart(args.count, tid, threads);
  const length = flatStart(args.count, tid + 1, threads) - start;
  const sum = sumRow<Squared>(args.x + bytes(start), length, f32x4.splat(0));
  store<f64>(args.sums + ((<usize>tid) << 3), sum);
}

export function sumTotal(args: SumTotalArgs, tid: i32, threads: i32): void {
  if (tid != 0) return;
  let sum: f64 = 0;
  for (let t = 0; t < threads; t++) sum += load<f64>(args.sums + ((<usize>t) << 3));
  const root = args.root != 0;
  sum *= args.factor;
  if (isLost(sum, root))
    sum = wideSum<f32>(args.x, 1, 0, args.count, 4, 0, args.squared != 0) * args.factor;
  store<f32>(args.y, <f32>(root ? Math.sqrt(sum) : sum));
}

// The extreme of one result and where it first is; NaN is more extreme than numbers.
export function extreme(args: ExtremeArgs, tid: i32, threads: i32): void {
  const y = args.y;
  const place = args.place;
  const outer = args.r1;
  const middle = args.k2;
  const count = args.r2;
  const inner = args.k3;
  const sign = <f32>args.sign;
  const results = args.k1 * middle * inner;
  const end = flatStart(results, tid + 1, threads);
  for (let result = flatStart(results, tid, threads); result < end; result++) {
    const row = result / inner;
    const first = row / middle;
    const start =
      (first * outer * middle + (row - first * middle)) * count * inner + (result - row * inner);
    let best = load<f32>(args.x + bytes(start)) * sign;
    let at = 0;
    for (let r = 0; r < outer; r++)
      for (let s = 0; s < count; s++) {
        const value =
          load<f32>(args.x + bytes(start + (r * middle * count + s) * inner)) * sign;
        if (value > best || (value != value && best == best)) {
          best = value;
          at = r * count + s;
        }
      }
    if (y) store<f32>(y + bytes(result), best * sign);
    if (place) store<i32>(place + bytes(result), at);
  }
}
