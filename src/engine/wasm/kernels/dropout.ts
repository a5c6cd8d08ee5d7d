// Dropout by counted draws (draws.ts): a draw keeps what it decides about where its upper 24 bits are not below the threshold
// p·2²⁴.

import { DropoutArgs, DropoutRunsArgs, NextKeyArgs } from './args';
import { drawBlocks } from './draws';
import { load4, span, storeUpTo4 } from './elements';
import { bytes, storeLanes, unitStart } from './share';

export function dropout<T>(args: DropoutArgs, tid: i32, threads: i32): void {
  const count = args.count;
  const words = args.scratch + <usize>tid * args.scratchBytes;
  const threshold = i32x4.splat(args.threshold);
  const scale = f32x4.splat(args.scale);
  const groups = (count + 15) >> 4;
  const end = unitStart(groups, tid + 1, threads);
  for (let group = unitStart(groups, tid, threads); group < end; group++) {
    drawBlocks(words, group << 2, args.key);
    const last = min(16, count - (group << 4));
    for (let j = 0; j < last; j += 4) {
      const at = span<T>((group << 4) + j);
      const kept = i32x4.ge_s(i32x4.shr_u(v128.load(words + bytes(j)), 8), threshold);
      const v = v128.and(f32x4.mul(load4<T>(args.x + at), scale), kept);
      storeUpTo4<T>(args.y + at, v, last - j);
    }
  }
}

export function dropoutRuns(args: DropoutRunsArgs, tid: i32, threads: i32): void {
  const runs = args.runs;
  const words = args.scratch + <usize>tid * args.scratchBytes;
  const length = args.length;
  const groups = (runs + 15) >> 4;
  const end = unitStart(groups, tid + 1, threads);
  for (let group = unitStart(groups, tid, threads); group < end; group++) {
    drawBlocks(words, group << 2, args.key);
    const last = min(16, runs - (group << 4));
    for (let j = 0; j < last; j++) {
      const kept = <i32>(load<u32>(words + bytes(j)) >> 8) >= args.threshold;
      const scale = f32x4.splat(kept ? args.scale : 0);
      const mask = i32x4.splat(kept ? -1 : 0);
      let at = bytes(((group << 4) + j) * length);
      for (let left = length; left > 0; left -= 4) {
        const v = v128.and(f32x4.mul(v128.load(args.x + at), scale), mask);
        storeLanes(args.y + at, v, left);
        at += 16;
      }
    }
  }
}

export function nextKey(args: NextKeyArgs, tid: i32, threads: i32): void {
  if (tid != 0) return;
  const state = v128.load(args.state);
  v128.store(args.key, state);
  v128.store(args.next, i32x4.add(state, i32x4(0, 0, 1, 0)));
}
