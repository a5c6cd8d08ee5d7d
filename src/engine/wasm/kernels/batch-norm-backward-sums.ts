// The sums of a batch normalisation's gradient (./batch-norm-backward.ts): Σ g and Σ g·(x − mean) of each channel, in the layouts of
// ./batch-norm.ts. Kernels named …Bf16 have x, g, y and masked in bfloat16 (./elements.ts).

import { madd } from './abi';
import {
  BatchNormBackwardSumsArgs,
  BatchNormReluBackwardSumsArgs,
  BatchNormResidualBackwardSumsArgs,
} from './args';
import { Bounded, Plain, Residual } from './batch-norm-gradient';
import { nextRun, runGroup, runPixels, runStart, startRuns } from './channel-runs';
import { addSums, paddedChannels } from './channels';
import { load4, span } from './elements';
import { GivenGradient, sumPlane } from './plane-sums';
import { bytes } from './share';

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
  const block = args.block;
  const dy = args.dy;
  const mean = args.mean;
  const padded = paddedChannels(args.groups * block);
  const sums = args.sums + ((<usize>tid * padded) << 4);
  const products = sums + (padded << 3);
  memory.fill(sums, 0, padded << 4);
  const step = span<T>(block);
  startRuns<T>(args.images, args.groups, args.pixels, block, tid, threads);
  while (nextRun()) {
    const n = runPixels;
    const from = <usize>runStart * step;
    if (block == 1) {
      const m = v128.load32_splat(mean + bytes(runGroup));
      const to = (<usize>runGroup) << 3;
      sumPlane<T, GivenGradient<T>>(x + from, dy + from, n, m, sums + to, products + to);
    } else {
      for (let c = 0; c < block; c += 4) {
        const k = bytes(runGroup * block + c);
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
