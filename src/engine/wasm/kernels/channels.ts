// Sums per channel of x [N][G][R][B]: N images, G channel blocks, R pixels, B channels to a block. Every thread sums its share
// of the pixels, a few dozen in floats and those sums in doubles; the next phase adds the threads' sums in order, and computes
// a sum that is no number once more in doubles alone.

import { ChannelSumsArgs, ChannelTotalsArgs } from './args';
import { nextRun, runGroup, runPixels, runStart, startRuns } from './channel-runs';
import { load4, span } from './elements';
import { isLost, wideSum } from './reduce';
import { bytes, unitStart } from './share';

// C rounded up to whole vectors: the doubles of one sum of one thread.
@inline
export function paddedChannels(channels: i32): usize {
  return <usize>((channels + 3) & ~3);
}

// Adds four floats to the four doubles at p.
@inline
export function addSums(p: usize, v: v128): void {
  v128.store(p, f64x2.add(v128.load(p), f64x2.promote_low_f32x4(v)));
  const high = i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
  v128.store(p, f64x2.add(v128.load(p, 16), f64x2.promote_low_f32x4(high)), 16);
}

export function channelSums<T>(args: ChannelSumsArgs, tid: i32, threads: i32): void {
  const x = args.x;
  const block = args.block;
  const all = paddedChannels(args.groups * block) << 3;
  const sums = args.sums + <usize>tid * all;
  memory.fill(sums, 0, all);
  const step = span<T>(block);
  startRuns<T>(args.images, args.groups, args.pixels, block, tid, threads);
  while (nextRun()) {
    for (let c = 0; c < block; c += 4) {
      let p = x + <usize>runStart * step + span<T>(c);
      const last = p + <usize>runPixels * step;
      let sum = f32x4.splat(0);
      while (p < last) {
        sum = f32x4.add(sum, load4<T>(p));
        p += step;
      }
      addSums(sums + ((<usize>(runGroup * block + c)) << 3), sum);
    }
  }
}

export function channelTotals<T>(args: ChannelTotalsArgs, tid: i32, threads: i32): void {
  const groups = args.groups;
  const rows = args.pixels;
  const block = args.block;
  const step = span<T>(block);
  const image = <usize>(groups * rows) * step;
  const end = unitStart(args.channels, tid + 1, threads);
  for (let c = unitStart(args.channels, tid, threads); c < end; c++) {
    let sum: f64 = 0;
    for (let t = 0; t < threads; t++)
      sum += load<f64>(args.sums + ((<usize>(t * args.stored + c)) << 3));
    if (isLost(sum, false)) {
      const first = args.x + span<T>((c / block) * rows * block + (c % block));
      sum = wideSum<T>(first, args.images, image, rows, step, 0, false);
    }
    store<f32>(args.y + bytes(c), <f32>(sum * args.factor));
  }
}
