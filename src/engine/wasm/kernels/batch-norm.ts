// Batch normalisation, forward: y = x·scale + shift per channel, scale = weight / √(var + eps), shift = bias − mean·scale.
//
// x is [N][G][R][B]: N images, G channel blocks, R pixels, B channels to a block; C = G·B channels. Row-major [N, C, H, W]
// is B = 1; a matrix [N, C] is N = 1, G = 1, R = N, B = C. B is 1, or a multiple of 4, or anything when G = 1. The channels
// beyond C that fill the last block are zeros and stay so: their scale and shift are zero. Kernels named …Bf16 have x, y and
// the residual in bfloat16 (./elements.ts).
// Statistics take one pass: sums of x − s and (x − s)², s being the channel's first value in image `shiftImage`, of a few
// hundred numbers in floats and of those in doubles. Every thread sums its share of the pixels; the next phase adds the
// threads' sums in order, as if all had the first's s, and computes a channel whose sums have left the range of floats once
// more in doubles.

import { madd } from './abi';
import {
  BatchNormApplyArgs,
  BatchNormScaleArgs,
  BatchNormStatisticsArgs,
  BatchNormSumsArgs,
} from './args';
import { nextRun, runGroup, runPixels, runStart, startRuns } from './channel-runs';
import { addSums, paddedChannels } from './channels';
import { load1, load4, span, splat1, store4, storeFirst } from './elements';
import { OwnDistance, sumPlane } from './plane-sums';
import { isLost, wideSum } from './reduce';
import { bytes, unitStart } from './share';

// Channels c … c + 3 of `rows` pixels that lie `step` bytes apart.
function momentsOfColumns<T>(
  x: usize,
  rows: i32,
  step: usize,
  shift: v128,
  sums: usize,
  squares: usize,
): void {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let q0 = f32x4.splat(0);
  let q1 = f32x4.splat(0);
  const end = x + <usize>(rows & ~1) * step;
  while (x < end) {
    const u = f32x4.sub(load4<T>(x), shift);
    const v = f32x4.sub(load4<T>(x + step), shift);
    s0 = f32x4.add(s0, u);
    s1 = f32x4.add(s1, v);
    q0 = madd(u, u, q0);
    q1 = madd(v, v, q1);
    x += step << 1;
  }
  if (rows & 1) {
    const u = f32x4.sub(load4<T>(x), shift);
    s0 = f32x4.add(s0, u);
    q0 = madd(u, u, q0);
  }
  addSums(sums, f32x4.add(s0, s1));
  addSums(squares, f32x4.add(q0, q1));
}

// The image whose values thread `tid` subtracts: the first of its own where each thread has as many.
@inline
function shiftImage(images: i32, tid: i32, threads: i32): usize {
  return images % threads == 0 ? <usize>((images / threads) * tid) : 0;
}

export function batchNormSums<T>(args: BatchNormSumsArgs, tid: i32, threads: i32): void {
  const x = args.x;
  const groups = args.groups;
  const rows = args.pixels;
  const block = args.block;
  const padded = paddedChannels(groups * block);
  const sums = args.sums + ((<usize>tid * padded) << 4);
  const squares = sums + (padded << 3);
  memory.fill(sums, 0, padded << 4);
  const step = span<T>(block);
  const shift = shiftImage(args.images, tid, threads) * <usize>(groups * rows);
  startRuns<T>(args.images, groups, rows, block, tid, threads);
  while (nextRun()) {
    const from = x + <usize>runStart * step;
    const first = x + (shift + <usize>(runGroup * rows)) * step;
    if (block == 1) {
      const to = (<usize>runGroup) << 3;
      sumPlane<T, OwnDistance<T>>(from, from, runPixels, splat1<T>(first), sums + to, squares + to);
    } else {
      for (let c = 0; c < block; c += 4) {
        const to = (<usize>(runGroup * block + c)) << 3;
        const o = span<T>(c);
        momentsOfColumns<T>(from + o, runPixels, step, load4<T>(first + o), sums + to, squares + to);
      }
    }
  }
}

export function batchNormStatistics<T>(args: BatchNormStatisticsArgs, tid: i32, threads: i32): void {
  const x = args.x;
  const rows = args.pixels;
  const block = args.block;
  const sums = args.sums;
  const all = args.groups * block;
  const channels = args.channels;
  const padded = paddedChannels(all);
  const images = args.images;
  const count = max<f64>(1, <f64>images * <f64>rows); // sums of no pixels are 0
  const isEmpty = rows * images == 0;
  const share = count / <f64>threads; // where shifts differ
  const step = span<T>(block);
  const image = <usize>(args.groups * rows) * step;
  const end = unitStart(all, tid + 1, threads);
  for (let c = unitStart(all, tid, threads); c < end; c++) {
    const at = bytes(c);
    if (c >= channels) {
      store<f32>(args.scale + at, 0);
      store<f32>(args.shift + at, 0);
      continue;
    }
    const first = x + span<T>((c / block) * rows * block + (c % block));
    const shift = isEmpty ? 0 : <f64>load1<T>(first);
    let sum: f64 = 0;
    let squares: f64 = 0;
    for (let t = 0; t < threads; t++) {
      const part = sums + ((<usize>t * padded) << 4) + ((<usize>c) << 3);
      const own = shiftImage(images, t, threads);
      // Σ (x − s) and Σ (x − s)² of the thread, whose s is `distance` more.
      const distance = own > 0 && !isEmpty ? <f64>load1<T>(first + own * image) - shift : 0;
      const off = load<f64>(part);
      const moved = distance * share;
      sum += off + moved;
      squares += load<f64>(part + (padded << 3)) + distance * (2 * off + moved);
    }
    const offset = sum / count;
    let mean = shift + offset;
    let variance = <f64>(<f32>max<f64>(squares / count - offset * offset, 0));
    if (isLost(variance, false)) {
      mean = wideSum<T>(first, images, image, rows, step, 0, false) / count;
      variance = wideSum<T>(first, images, image, rows, step, mean, true) / count;
    }
    store<f32>(args.mean + at, <f32>mean);
    store<f32>(args.variance + at, <f32>variance);
    storeScale(
      at,
      mean,
      variance + args.eps,
      args.weight,
      args.bias,
      args.scale,
      args.shift,
    );
  }
}

// That of given statistics.
export function batchNormScale(args: BatchNormScaleArgs, tid: i32, threads: i32): void {
  const all = args.stored;
  const channels = args.channels;
  const end = unitStart(all, tid + 1, threads);
  for (let c = unitStart(all, tid, threads); c < end; c++) {
    const at = bytes(c);
    if (c >= channels) {
      store<f32>(args.scale + at, 0);
      store<f32>(args.shift + at, 0);
      continue;
    }
    const mean = <f64>load<f32>(args.mean + at);
    const variance = <f64>load<f32>(args.variance + at);
    storeScale(at, mean, variance + args.eps, args.weight, args.bias, args.scale, args.shift);
  }
}

@inline
function storeScale(
  at: usize,
  mean: f64,
  variance: f64,
  weight: usize,
  bias: usize,
  scale: usize,
  shift: usize,
): void {
  const gain = (weight ? <f64>load<f32>(weight + at) : 1) / Math.sqrt(variance);
  store<f32>(scale + at, <f32>gain);
  store<f32>(shift + at, <f32>((bias ? <f64>load<f32>(bias + at) : 0) - mean * gain));
}

// z, but not below low nor above high; NaN stays.
@inline
function bounded(z: v128, low: v128, high: v128): v128 {
  return f32x4.pmin(f32x4.pmax(z, low), high);
}

// x·a + b + residual, but not below low nor above high, for `vectors` times four floats that lie `step` bytes apart.
@inline
function applyVectors<T>(
  x: usize,
  y: usize,
  residual: usize,
  vectors: i32,
  step: usize,
  a: v128,
  b: v128,
  low: v128,
  high: v128,
): void {
  const end = x + <usize>vectors * step;
  if (residual) {
    while (x < end) {
      const z = f32x4.add(madd(load4<T>(x), a, b), load4<T>(residual));
      store4<T>(y, bounded(z, low, high));
      x += step;
      y += step;
      residual += step;
    }
  } else {
    while (x < end) {
      store4<T>(y, bounded(madd(load4<T>(x), a, b), low, high));
      x += step;
      y += step;
    }
  }
}

// The same for 1 to 3 floats each.
function applyParts<T>(
  x: usize,
  y: usize,
  residual: usize,
  rows: i32,
  step: usize,
  lanes: i32,
  a: v128,
  b: v128,
  low: v128,
  high: v128,
): void {
  for (let row = 0; row < rows; row++) {
    const o = <usize>row * step;
    let z = madd(load4<T>(x + o), a, b);
    if (residual) z = f32x4.add(z, load4<T>(residual + o));
    storeFirst<T>(y + o, bounded(z, low, high), lanes);
  }
}

export function batchNormApply<T>(args: BatchNormApplyArgs, tid: i32, threads: i32): void {
  const x = args.x;
  const block = args.block;
  const scale = args.scale;
  const shift = args.shift;
  const y = args.y;
  const low = f32x4.splat(args.low);
  const high = f32x4.splat(args.high);
  const residual = args.residual;
  const step = span<T>(block);
  startRuns<T>(args.images, args.groups, args.pixels, block, tid, threads);
  while (nextRun()) {
    const n = runPixels;
    const from = <usize>runStart * step;
    if (block == 1) {
      const a = v128.load32_splat(scale + bytes(runGroup));
      const b = v128.load32_splat(shift + bytes(runGroup));
      const rest = from + span<T>(n & ~3);
      applyVectors<T>(x + from, y + from, residual ? residual + from : 0, n >> 2, span<T>(4), a, b, low, high);
      if (n & 3) applyParts<T>(x + rest, y + rest, residual ? residual + rest : 0, 1, 0, n & 3, a, b, low, high);
    } else {
      for (let c = 0; c < block; c += 4) {
        const k = bytes(runGroup * block + c);
        const o = from + span<T>(c);
        const r = residual ? residual + o : 0;
        const a = v128.load(scale + k);
        const b = v128.load(shift + k);
        if (block - c >= 4) applyVectors<T>(x + o, y + o, r, n, step, a, b, low, high);
        else applyParts<T>(x + o, y + o, r, n, step, block - c, a, b, low, high);
      }
    }
  }
}
