// Softmax and its logarithm over the middle of x [outer][K][inner], and their gradients. Four neighbours in memory are taken
// together: along K when inner is 1, else four columns of inner.

import { SoftmaxArgs, SoftmaxBackwardArgs } from './args';
import { exp4, log4, splat } from './math';
import { bytes, keepPart, storeLanes, sumLanes, unitStart } from './share';

@inline
function maxLane(v: v128): f32 {
  return max(
    max(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)),
    max(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)),
  );
}

// `v` with `fill` behind its first `lanes` floats.
@inline
function padPart(v: v128, lanes: i32, fill: f32): v128 {
  return v128.bitselect(v, splat(fill), i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(lanes)));
}

// The largest of `count` floats; NaN if there is one.
export function rowMax(x: usize, count: i32): f32 {
  let best = splat(-Infinity);
  const end = x + bytes(count & ~3);
  while (x < end) {
    best = f32x4.max(best, v128.load(x));
    x += 16;
  }
  if (count & 3) best = f32x4.max(best, padPart(v128.load(x), count & 3, -Infinity));
  return maxLane(best);
}

// Σ e^(xᵢ − top).
export function rowExpSum(x: usize, count: i32, top: f32): f32 {
  const highest = splat(top);
  let sum = splat(0);
  const end = x + bytes(count & ~3);
  while (x < end) {
    sum = f32x4.add(sum, exp4(f32x4.sub(v128.load(x), highest)));
    x += 16;
  }
  if (count & 3) sum = f32x4.add(sum, keepPart(exp4(f32x4.sub(v128.load(x), highest)), count & 3));
  return sumLanes(sum);
}

// ln x of one float.
@inline
export function logOf(x: f32): f32 {
  return f32x4.extract_lane(log4(splat(x)), 0);
}

// y = e^(x − top) · scale, or x − top − shift.
@inline
function storeRow(x: usize, y: usize, count: i32, logarithm: bool, top: v128, term: v128): void {
  for (let left = count; left > 0; left -= 4) {
    const centred = f32x4.sub(v128.load(x), top);
    const v = logarithm ? f32x4.sub(centred, term) : f32x4.mul(exp4(centred), term);
    storeLanes(y, v, left);
    x += 16;
    y += 16;
  }
}

@inline
function normalise(args: SoftmaxArgs, tid: i32, threads: i32, logarithm: bool): void {
  const classes = args.size;
  const inner = args.inner;
  if (inner == 1) {
    const end = unitStart(args.outer, tid + 1, threads);
    for (let row = unitStart(args.outer, tid, threads); row < end; row++) {
      const at = bytes(row * classes);
      const x = args.x + at;
      const top = rowMax(x, classes);
      const sum = rowExpSum(x, classes, top);
      storeRow(
        x,
        args.y + at,
        classes,
        logarithm,
        splat(top),
        splat(logarithm ? logOf(sum) : 1 / sum),
      );
    }
    return;
  }
  const columns = (inner + 3) >> 2;
  const end = unitStart(args.outer * columns, tid + 1, threads);
  const step = bytes(inner);
  for (let unit = unitStart(args.outer * columns, tid, threads); unit < end; unit++) {
    const c = (unit % columns) << 2;
    const at = bytes((unit / columns) * classes * inner + c);
    const x = args.x + at;
    const y = args.y + at;
    let top = v128.load(x);
    for (let k = 1; k < classes; k++) top = f32x4.max(top, v128.load(x + <usize>k * step));
    let sum = splat(0);
    for (let k = 0; k < classes; k++)
      sum = f32x4.add(sum, exp4(f32x4.sub(v128.load(x + <usize>k * step), top)));
    const term = logarithm ? log4(sum) : f32x4.div(splat(1), sum);
    for (let k = 0; k < classes; k++) {
      const o = <usize>k * step;
      storeRow(x + o, y + o, min(4, inner - c), logarithm, top, term);
    }
  }
}

export function softmax(args: SoftmaxArgs, tid: i32, threads: i32): void {
  normalise(args, tid, threads, false);
}

export function logSoftmax(args: SoftmaxArgs, tid: i32, threads: i32): void {
  normalise(args, tid, threads, true);
}

// dx = y·(dy − Σ dy·y), or of the logarithm dx = dy − eʸ·Σ dy.
@inline
function differentiate(args: SoftmaxBackwardArgs, tid: i32, threads: i32, logarithm: bool): void {
  const classes = args.size;
  const inner = args.inner;
  const columns = inner == 1 ? 1 : (inner + 3) >> 2;
  const end = unitStart(args.outer * columns, tid + 1, threads);
  for (let unit = unitStart(args.outer * columns, tid, threads); unit < end; unit++) {
    const c = (unit % columns) << 2;
    const at = bytes((unit / columns) * classes * inner + c);
    const dy = args.dy + at;
    const y = args.y + at;
    const dx = args.dx + at;
    let sum = splat(0);
    if (inner == 1) {
      for (let k = 0; k < classes; k += 4) {
        const g = keepPart(v128.load(dy + bytes(k)), classes - k);
        const s = keepPart(v128.load(y + bytes(k)), classes - k);
        sum = f32x4.add(sum, logarithm ? g : f32x4.mul(g, s));
      }
      sum = splat(sumLanes(sum));
      for (let k = 0; k < classes; k += 4)
        storeGradient(dy + bytes(k), y + bytes(k), dx + bytes(k), classes - k, logarithm, sum);
    } else {
      const step = bytes(inner);
      for (let k = 0; k < classes; k++) {
        const g = v128.load(dy + <usize>k * step);
        sum = f32x4.add(sum, logarithm ? g : f32x4.mul(g, v128.load(y + <usize>k * step)));
      }
      for (let k = 0; k < classes; k++) {
        const o = <usize>k * step;
        storeGradient(dy + o, y + o, dx + o, inner - c, logarithm, sum);
      }
    }
  }
}

@inline
function storeGradient(
  dy: usize,
  y: usize,
  dx: usize,
  lanes: i32,
  logarithm: bool,
  sum: v128,
): void {
  const g = v128.load(dy);
  const s = v128.load(y);
  const v = logarithm ? f32x4.sub(g, f32x4.mul(exp4(s), sum)) : f32x4.mul(s, f32x4.sub(g, sum));
  storeLanes(dx, v, lanes);
}

export function softmaxBackward(args: SoftmaxBackwardArgs, tid: i32, threads: i32): void {
  differentiate(args, tid, threads, false);
}

export function logSoftmaxBackward(args: SoftmaxBackwardArgs, tid: i32, threads: i32): void {
  differentiate(args, tid, threads, true);
}
