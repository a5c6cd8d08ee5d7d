// A thread's static share of a kernel's work, and the loads and stores of the last, partial vector of a row.
//
// A load may read up to 15 bytes past a tensor's end (the planner rounds every tensor up to 64 bytes); a store never does.

// First of the units [0, units) that thread `tid` works on; the next thread's first is its end.
@inline
export function unitStart(units: i32, tid: i32, threads: i32): i32 {
  return <i32>((<i64>units * tid) / threads);
}

// First of `count` floats that thread `tid` works on: shares start at multiples of 16, so no two threads write one cache line.
@inline
export function flatStart(count: i32, tid: i32, threads: i32): i32 {
  return min(count, unitStart((count + 15) >> 4, tid, threads) << 4);
}

// Bytes of `count` floats.
@inline
export function bytes(count: i32): usize {
  return (<usize>count) << 2;
}

// Stores the first `lanes` (1, 2 or 3) floats of `v`.
@inline
export function storePart(p: usize, v: v128, lanes: i32): void {
  v128.store32_lane(p, v, 0);
  if (lanes > 1) v128.store32_lane(p, v, 1, 4);
  if (lanes > 2) v128.store32_lane(p, v, 2, 8);
}

// `v` with zeros behind its first `lanes` floats.
@inline
export function keepPart(v: v128, lanes: i32): v128 {
  return v128.and(v, i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(lanes)));
}

// Adds four float sums to two double sums each.
@inline
export function addWide(sum: v128, v: v128): v128 {
  return f64x2.add(
    sum,
    f64x2.add(
      f64x2.promote_low_f32x4(v),
      f64x2.promote_low_f32x4(
        i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7),
      ),
    ),
  );
}

// The sum of both lanes.
@inline
export function total(sum: v128): f64 {
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

// Words k and k + 1 of `args` as a double.
@inline
export function D(args: usize, k: i32): f64 {
  return load<f64>(args + ((<usize>k) << 2));
}
