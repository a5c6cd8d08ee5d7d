// Batch normalisation, backward, in the layouts of ./batch-norm.ts. With g the gradient of the normalised output:
//   dbias = Σ g,  dweight = Σ g·(x − mean) / std,
//   dx = scale·g + slope·(x − mean) + offset,  slope = −scale·Σ g·(x − mean) / (n·std²),  offset = −scale·Σ g / n.
// Kernels named …Bf16 have x, g, dx, y and masked in bfloat16 (./elements.ts).

import { madd } from './abi';
import {
  BatchNormBackwardApplyArgs,
  BatchNormBackwardSumsArgs,
  BatchNormBackwardTermsArgs,
  BatchNormReluBackwardApplyArgs,
  BatchNormReluBackwardSumsArgs,
  BatchNormResidualBackwardSumsArgs,
} from './args';
import { addSums, CHUNK, chunkOf, paddedChannels } from './channels';
import { load4, loadNext4, span, store4, storeFirst } from './elements';
import { addWide, bytes, keepPart, total, unitStart } from './share';

// What g is. `a` and `b` are the channel's scale and shift; low and high are used by the second one alone, y and masked by the
// last one.
@final
@unmanaged
class Plain<T> {
  @inline
  load(dy: usize, x: v128, a: v128, b: v128, low: v128, high: v128, y: usize, masked: usize): v128 {
    return load4<T>(dy);
  }
}

// A relu or a clamp follows: g = dy but where x·a + b is outside of low … high (NaN passes).
@final
@unmanaged
class Bounded<T> {
  @inline
  load(dy: usize, x: v128, a: v128, b: v128, low: v128, high: v128, y: usize, masked: usize): v128 {
    const z = madd(x, a, b);
    return v128.andnot(load4<T>(dy), v128.or(f32x4.lt(z, low), f32x4.gt(z, high)));
  }
}

// A residual and a relu follow: g = dy where y > 0, which is stored, for it is the residual's gradient too.
@final
@unmanaged
class Residual<T> {
  @inline
  load(dy: usize, x: v128, a: v128, b: v128, low: v128, high: v128, y: usize, masked: usize): v128 {
    const g = v128.andnot(load4<T>(dy), f32x4.le(load4<T>(y), f32x4.splat(0)));
    store4<T>(masked, g); // exact: it has one of dy's elements, or 0
    return g;
  }
}

// Sums of g and g·(x − mean) for four channels of `rows` pixels that lie `step` bytes apart.
@inline
function sumColumns<T, G>(
  x: usize,
  dy: usize,
  y: usize,
  masked: usize,
  rows: i32,
  step: usize,
  a: v128,
  b: v128,
  low: v128,
  high: v128,
  mean: v128,
  sums: usize,
  products: usize,
): void {
  const gradient = changetype<G>(0);
  let s = f32x4.splat(0);
  let q = f32x4.splat(0);
  const end = x + <usize>rows * step;
  while (x < end) {
    const u = load4<T>(x);
    const g = gradient.load(dy, u, a, b, low, high, y, masked);
    s = f32x4.add(s, g);
    q = madd(g, f32x4.sub(u, mean), q);
    x += step;
    dy += step;
    y += step;
    masked += step;
  }
  addSums(sums, s);
  addSums(products, q);
}

// The same for one channel of `count` consecutive pixels, g = dy.
function sumPlane<T>(
  x: usize,
  dy: usize,
  count: i32,
  mean: v128,
  sums: usize,
  products: usize,
): void {
  let sum = f64x2.splat(0);
  let product = f64x2.splat(0);
  while (count > 0) {
    const n = min(count, CHUNK << 3);
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let q0 = f32x4.splat(0);
    let q1 = f32x4.splat(0);
    const end = x + span<T>(n & ~7);
    while (x < end) {
      const g = load4<T>(dy);
      const h = loadNext4<T>(dy);
      s0 = f32x4.add(s0, g);
      s1 = f32x4.add(s1, h);
      q0 = madd(g, f32x4.sub(load4<T>(x), mean), q0);
      q1 = madd(h, f32x4.sub(loadNext4<T>(x), mean), q1);
      x += span<T>(8);
      dy += span<T>(8);
    }
    if (n & 7) {
      const g = keepPart(load4<T>(dy), n & 7);
      const h = keepPart(loadNext4<T>(dy), (n & 7) - 4);
      s0 = f32x4.add(s0, g);
      s1 = f32x4.add(s1, h);
      q0 = madd(g, keepPart(f32x4.sub(load4<T>(x), mean), n & 7), q0);
      q1 = madd(h, keepPart(f32x4.sub(loadNext4<T>(x), mean), (n & 7) - 4), q1);
    }
    sum = addWide(sum, f32x4.add(s0, s1));
    product = addWide(product, f32x4.add(q0, q1));
    count -= n;
  }
  store<f64>(sums, load<f64>(sums) + total(sum));
  store<f64>(products, load<f64>(products) + total(product));
}

@inline
function sumAll<T, G, Args>(
  args: Args,
  scale: usize,
  shift: usize,
  low: f32,
  high: f32,
  y: usize,
  masked: usize,
  tid: i32,
  threads: i32,
): void {
  const x = args.x;
  const groups = args.groups;
  const rows = args.pixels;
  const block = args.block;
  const dy = args.dy;
  const mean = args.mean;
  const padded = paddedChannels(groups * block);
  const sums = args.sums + ((<usize>tid * padded) << 4);
  const products = sums + (padded << 3);
  memory.fill(sums, 0, padded << 4);
  const step = span<T>(block);
  const chunk = chunkOf(step);
  const pixels = args.images * groups * rows;
  let at = unitStart(pixels, tid, threads);
  const end = unitStart(pixels, tid + 1, threads);
  while (at < end) {
    const unit = at / rows;
    const group = unit % groups;
    const left = min((unit + 1) * rows, end) - at;
    const from = <usize>at * step;
    if (block == 1) {
      const to = (<usize>group) << 3;
      sumPlane<T>(
        x + from,
        dy + from,
        left,
        v128.load32_splat(mean + bytes(group)),
        sums + to,
        products + to,
      );
      at += left;
    } else {
      const n = min(left, chunk);
      for (let c = 0; c < block; c += 4) {
        const k = bytes(group * block + c);
        const o = from + span<T>(c);
        const a = scale ? v128.load(scale + k) : f32x4.splat(0);
        const b = shift ? v128.load(shift + k) : f32x4.splat(0);
        const m = v128.load(mean + k);
        sumColumns<T, G>(
          x + o,
          dy + o,
          y + o,
          masked + o,
          n,
          step,
          a,
          b,
          f32x4.splat(low),
          f32x4.splat(high),
          m,
          sums + (k << 1),
          products + (k << 1),
        );
      }
      at += n;
    }
  }
}

export function batchNormBackwardSums<T>(args: BatchNormBackwardSumsArgs, tid: i32, threads: i32): void {
  sumAll<T, Plain<T>, BatchNormBackwardSumsArgs>(args, 0, 0, 0, 0, 0, 0, tid, threads);
}

export function batchNormReluBackwardSums<T>(
  args: BatchNormReluBackwardSumsArgs,
  tid: i32,
  threads: i32,
): void {
  const low = args.low;
  const high = args.high;
  sumAll<T, Bounded<T>, BatchNormReluBackwardSumsArgs>(args, args.scale, args.shift, low, high, 0, 0, tid, threads);
}

export function batchNormResidualBackwardSums<T>(
  args: BatchNormResidualBackwardSumsArgs,
  tid: i32,
  threads: i32,
): void {
  sumAll<T, Residual<T>, BatchNormResidualBackwardSumsArgs>(args, 0, 0, 0, 0, args.y, args.masked, tid, threads);
}

export function batchNormBackwardTerms(args: BatchNormBackwardTermsArgs, tid: i32, threads: i32): void {
  const sums = args.sums;
  const all = args.stored;
  const count = <f64>args.count;
  const weight = args.weight;
  const dweight = args.dweight;
  const dbias = args.dbias;
  const next = bytes(all);
  const channels = args.channels;
  const padded = paddedChannels(all);
  const end = unitStart(all, tid + 1, threads);
  for (let c = unitStart(all, tid, threads); c < end; c++) {
    const at = bytes(c);
    const terms = args.terms + at;
    if (c >= channels) {
      for (let k = 0; k < 4; k++) store<f32>(terms + <usize>k * next, 0);
      continue;
    }
    let sum: f64 = 0;
    let product: f64 = 0;
    for (let t = 0; t < threads; t++) {
      const part = sums + ((<usize>t * padded) << 4) + ((<usize>c) << 3);
      sum += load<f64>(part);
      product += load<f64>(part + (padded << 3));
    }
    const std = Math.sqrt(<f64>load<f32>(args.variance + at) + args.eps);
    const scale = (weight ? <f64>load<f32>(weight + at) : 1) / std;
    if (dweight) store<f32>(dweight + at, <f32>(product / std));
    if (dbias) store<f32>(dbias + at, <f32>sum);
    store<f32>(terms, load<f32>(args.mean + at));
    store<f32>(terms + next, <f32>scale);
    store<f32>(terms + 2 * next, <f32>((-scale * product) / (count * std * std)));
    store<f32>(terms + 3 * next, <f32>((-scale * sum) / count));
  }
}

// dx of `vectors` times four floats that lie `step` bytes apart.
@inline
function applyVectors<T, G>(
  x: usize,
  dy: usize,
  dx: usize,
  vectors: i32,
  step: usize,
  a: v128,
  b: v128,
  low: v128,
  high: v128,
  slope: v128,
  offset: v128,
  mean: v128,
): void {
  const gradient = changetype<G>(0);
  const end = x + <usize>vectors * step;
  while (x < end) {
    const u = load4<T>(x);
    const g = gradient.load(dy, u, a, b, low, high, 0, 0);
    store4<T>(dx, madd(g, a, madd(f32x4.sub(u, mean), slope, offset)));
    x += step;
    dy += step;
    dx += step;
  }
}

function applyParts<T>(
  x: usize,
  dy: usize,
  dx: usize,
  rows: i32,
  step: usize,
  lanes: i32,
  a: v128,
  slope: v128,
  offset: v128,
  mean: v128,
): void {
  for (let row = 0; row < rows; row++) {
    const o = <usize>row * step;
    const base = madd(f32x4.sub(load4<T>(x + o), mean), slope, offset);
    storeFirst<T>(dx + o, madd(load4<T>(dy + o), a, base), lanes);
  }
}

@inline
function applyAll<T, G, Args>(
  args: Args,
  shift: usize,
  lowest: f32,
  highest: f32,
  tid: i32,
  threads: i32,
): void {
  const x = args.x;
  const groups = args.groups;
  const rows = args.pixels;
  const block = args.block;
  const dy = args.dy;
  const mean = args.terms;
  const next = bytes(groups * block);
  const scale = mean + next;
  const slope = scale + next;
  const offset = slope + next;
  const dx = args.dx;
  const low = f32x4.splat(lowest);
  const high = f32x4.splat(highest);
  const step = span<T>(block);
  const chunk = chunkOf(step);
  const pixels = args.images * groups * rows;
  let at = unitStart(pixels, tid, threads);
  const end = unitStart(pixels, tid + 1, threads);
  while (at < end) {
    const unit = at / rows;
    const group = unit % groups;
    const left = min((unit + 1) * rows, end) - at;
    const from = <usize>at * step;
    if (block == 1) {
      const k = bytes(group);
      const a = v128.load32_splat(scale + k);
      const s = v128.load32_splat(slope + k);
      const t = v128.load32_splat(offset + k);
      const m = v128.load32_splat(mean + k);
      const rest = from + span<T>(left & ~3);
      applyVectors<T, Plain<T>>(x + from, dy + from, dx + from, left >> 2, span<T>(4), a, a, low, high, s, t, m);
      if (left & 3) applyParts<T>(x + rest, dy + rest, dx + rest, 1, 0, left & 3, a, s, t, m);
      at += left;
    } else {
      const n = min(left, chunk);
      for (let c = 0; c < block; c += 4) {
        const k = bytes(group * block + c);
        const o = from + span<T>(c);
        const a = v128.load(scale + k);
        const b = shift ? v128.load(shift + k) : f32x4.splat(0);
        const s = v128.load(slope + k);
        const t = v128.load(offset + k);
        const m = v128.load(mean + k);
        if (block - c >= 4) applyVectors<T, G>(x + o, dy + o, dx + o, n, step, a, b, low, high, s, t, m);
        else applyParts<T>(x + o, dy + o, dx + o, n, step, block - c, a, s, t, m);
      }
      at += n;
    }
  }
}

export function batchNormBackwardApply<T>(
  args: BatchNormBackwardApplyArgs,
  tid: i32,
  threads: i32,
): void {
  applyAll<T, Plain<T>, BatchNormBackwardApplyArgs>(args, 0, 0, 0, tid, threads);
}

export function batchNormReluBackwardApply<T>(
  args: BatchNormReluBackwardApplyArgs,
  tid: i32,
  threads: i32,
): void {
  applyAll<T, Bounded<T>, BatchNormReluBackwardApplyArgs>(args, args.shift, args.low, args.high, tid, threads);
}
