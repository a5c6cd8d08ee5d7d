// Batch normalisation, backward, in the layouts of ./batch-norm.ts. With g the gradient of the normalised output:
//   dbias = Σ g,  dweight = Σ g·(x − mean) / std,
//   dx = scale·g + slope·(x − mean) + offset,  slope = −scale·Σ g·(x − mean) / (n·std²),  offset = −scale·Σ g / n.
// Kernels named …Bf16 have x, g and dx in bfloat16 (./elements.ts).

import { madd } from './abi';
import {
  BatchNormBackwardApplyArgs,
  BatchNormBackwardTermsArgs,
  BatchNormReluBackwardApplyArgs,
} from './args';
import { Bounded, Plain } from './batch-norm-gradient';
import { nextRun, runGroup, runPixels, runStart, startRuns } from './channel-runs';
import { paddedChannels } from './channels';
import { load4, span, store4, storeFirst } from './elements';
import { bytes, unitStart } from './share';

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
  const block = args.block;
  const dy = args.dy;
  const mean = args.terms;
  const next = bytes(args.groups * block);
  const scale = mean + next;
  const slope = scale + next;
  const offset = slope + next;
  const dx = args.dx;
  const low = f32x4.splat(lowest);
  const high = f32x4.splat(highest);
  const step = span<T>(block);
  startRuns<T>(args.images, args.groups, args.pixels, block, tid, threads);
  while (nextRun()) {
    const n = runPixels;
    const from = <usize>runStart * step;
    if (block == 1) {
      const k = bytes(runGroup);
      const a = v128.load32_splat(scale + k);
      const s = v128.load32_splat(slope + k);
      const t = v128.load32_splat(offset + k);
      const m = v128.load32_splat(mean + k);
      const rest = from + span<T>(n & ~3);
      applyVectors<T, Plain<T>>(x + from, dy + from, dx + from, n >> 2, span<T>(4), a, a, low, high, s, t, m);
      if (n & 3) applyParts<T>(x + rest, dy + rest, dx + rest, 1, 0, n & 3, a, s, t, m);
    } else {
      for (let c = 0; c < block; c += 4) {
        const k = bytes(runGroup * block + c);
        const o = from + span<T>(c);
        const a = v128.load(scale + k);
        const b = shift ? v128.load(shift + k) : f32x4.splat(0);
        const s = v128.load(slope + k);
        const t = v128.load(offset + k);
        const m = v128.load(mean + k);
        if (block - c >= 4) applyVectors<T, G>(x + o, dy + o, dx + o, n, step, a, b, low, high, s, t, m);
        else applyParts<T>(x + o, dy + o, dx + o, n, step, block - c, a, s, t, m);
      }
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
