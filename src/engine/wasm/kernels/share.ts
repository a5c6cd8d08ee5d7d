// What kernels share: a thread's static part of the work, the last, partial vector of a row, sums, walks.
//
// A load may read up to 15 bytes past a tensor's end (the compiler rounds every tensor up to 64 bytes); a store never does.

import { I } from './abi';
import { storeFirst, storeUpTo4 } from './elements';

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

// Units of a strip where `count` are cut into as few strips as hold at most `most` each.
export function evenStrip(count: i32, most: i32): i32 {
  const strips = max(1, (count + most - 1) / most);
  return (count + strips - 1) / strips;
}

// Bytes of `count` floats.
@inline
export function bytes(count: i32): usize {
  return (<usize>count) << 2;
}

// Stores the first `lanes` (1, 2 or 3) floats of `v`.
@inline
export function storePart(p: usize, v: v128, lanes: i32): void {
  storeFirst<f32>(p, v, lanes);
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

// The sum of the four lanes.
@inline
export function sumLanes(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) +
    f32x4.extract_lane(v, 1) +
    (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

// Elements between the start of a tensor and row `row` of a walk over outer dimensions: `rank` entries of `width` words at
// `dims`, outermost first, each a size and the tensors' strides; word `column` is this tensor's stride.
export function rowOffset(dims: usize, rank: i32, row: i32, column: i32, width: i32): i32 {
  let offset = 0;
  let rest = row;
  for (let k = rank - 1; k >= 0; k--) {
    const dim = dims + <usize>((k * width) << 2);
    const size = I(dim, 0);
    const next = rest / size;
    offset += (rest - next * size) * I(dim, column);
    rest = next;
  }
  return offset;
}

// Stores four floats, or the first `lanes` of them where fewer are left.
@inline
export function storeLanes(p: usize, v: v128, lanes: i32): void {
  storeUpTo4<f32>(p, v, lanes);
}
