// The innermost loops of depthwise convolution: four channels, lane by lane, with nothing to sum over but taps.

import { madd } from './abi';

// Up to 8 pixels of four channels: y[p] = max(Σₜ x[p·step + table[t]] · w[t·wStep] + add, floor), or the sum where `add`
// is 0. Pixels beyond `count` repeat the last one and are not stored.
export function depthwiseTile(
  count: i32,
  x: usize,
  step: usize,
  table: usize,
  end: usize,
  w: usize,
  wStep: usize,
  y: usize,
  yStep: usize,
  add: usize,
  floor: f32,
): void {
  const x1 = count > 1 ? step : 0;
  const x2 = count > 2 ? x1 + step : x1;
  const x3 = count > 3 ? x2 + step : x2;
  const x4 = count > 4 ? x3 + step : x3;
  const x5 = count > 5 ? x4 + step : x4;
  const x6 = count > 6 ? x5 + step : x5;
  const x7 = count > 7 ? x6 + step : x6;
  let c0 = f32x4.splat(0), c1 = f32x4.splat(0), c2 = f32x4.splat(0), c3 = f32x4.splat(0);
  let c4 = f32x4.splat(0), c5 = f32x4.splat(0), c6 = f32x4.splat(0), c7 = f32x4.splat(0);
  while (table < end) {
    const a = x + <usize>load<u32>(table);
    const b = v128.load(w);
    c0 = madd(v128.load(a), b, c0);
    c1 = madd(v128.load(a + x1), b, c1);
    c2 = madd(v128.load(a + x2), b, c2);
    c3 = madd(v128.load(a + x3), b, c3);
    c4 = madd(v128.load(a + x4), b, c4);
    c5 = madd(v128.load(a + x5), b, c5);
    c6 = madd(v128.load(a + x6), b, c6);
    c7 = madd(v128.load(a + x7), b, c7);
    table += 4;
    w += wStep;
  }
  if (add) {
    const bias = v128.load(add);
    const low = f32x4.splat(floor);
    c0 = f32x4.pmax(f32x4.add(c0, bias), low);
    c1 = f32x4.pmax(f32x4.add(c1, bias), low);
    c2 = f32x4.pmax(f32x4.add(c2, bias), low);
    c3 = f32x4.pmax(f32x4.add(c3, bias), low);
    c4 = f32x4.pmax(f32x4.add(c4, bias), low);
    c5 = f32x4.pmax(f32x4.add(c5, bias), low);
    c6 = f32x4.pmax(f32x4.add(c6, bias), low);
    c7 = f32x4.pmax(f32x4.add(c7, bias), low);
  }
  v128.store(y, c0);
  if (count > 1) v128.store(y + yStep, c1);
  if (count > 2) v128.store(y + 2 * yStep, c2);
  if (count > 3) v128.store(y + 3 * yStep, c3);
  if (count > 4) v128.store(y + 4 * yStep, c4);
  if (count > 5) v128.store(y + 5 * yStep, c5);
  if (count > 6) v128.store(y + 6 * yStep, c6);
  if (count > 7) v128.store(y + 7 * yStep, c7);
}

// Weight gradients of up to 4 taps of a kernel row, `step` bytes apart in x, for four channels, summed over a table of
// pairs of offsets (x, dy). Stored `toStep` bytes apart, or added to what is there. Taps beyond `count` repeat the last.
export function depthwiseGradientTile(
  count: i32,
  x: usize,
  step: usize,
  dy: usize,
  pairs: usize,
  end: usize,
  to: usize,
  toStep: usize,
  isFirst: bool,
): void {
  const x1 = count > 1 ? step : 0;
  const x2 = count > 2 ? x1 + step : x1;
  const x3 = count > 3 ? x2 + step : x2;
  let c0 = f32x4.splat(0), c1 = f32x4.splat(0), c2 = f32x4.splat(0), c3 = f32x4.splat(0);
  while (pairs < end) {
    const a = x + <usize>load<u32>(pairs);
    const b = v128.load(dy + <usize>load<u32>(pairs, 4));
    c0 = madd(v128.load(a), b, c0);
    c1 = madd(v128.load(a + x1), b, c1);
    c2 = madd(v128.load(a + x2), b, c2);
    c3 = madd(v128.load(a + x3), b, c3);
    pairs += 8;
  }
  put(to, c0, isFirst);
  if (count > 1) put(to + toStep, c1, isFirst);
  if (count > 2) put(to + 2 * toStep, c2, isFirst);
  if (count > 3) put(to + 3 * toStep, c3, isFirst);
}

@inline
function put(to: usize, v: v128, isFirst: bool): void {
  v128.store(to, isFirst ? v : f32x4.add(v128.load(to), v));
}
