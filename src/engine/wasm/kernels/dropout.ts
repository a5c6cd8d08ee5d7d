// Dropout by the counter-based generator of src/core/rng.ts (Philox4x32-10): draw d is word d mod 4 of block ⌊d/4⌋ of the
// key (k0, k1, c1, c3), and keeps what it decides about where its upper 24 bits are not below the threshold p·2²⁴.

import { DropoutArgs, DropoutRunsArgs, NextKeyArgs } from './args';
import { load4, span, storeUpTo4 } from './elements';
import { bytes, storeLanes, unitStart } from './share';

// Four blocks, first … first + 3: 16 words in order at p.
function drawBlocks(p: usize, first: i32, key: usize): void {
  const m0 = i32x4.splat(0xd2511f53);
  const m1 = i32x4.splat(0xcd9e8d57);
  let k0 = v128.load32_splat(key);
  let k1 = v128.load32_splat(key, 4);
  let x0 = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
  let x1 = v128.load32_splat(key, 8);
  let x2 = i32x4.splat(0);
  let x3 = v128.load32_splat(key, 12);
  for (let round = 0; round < 10; round++) {
    // Products of 64 bits: x0·m0 and x2·m1, lanes 0 and 1, then 2 and 3.
    const p0 = i64x2.extmul_low_i32x4_u(x0, m0);
    const p1 = i64x2.extmul_high_i32x4_u(x0, m0);
    const q0 = i64x2.extmul_low_i32x4_u(x2, m1);
    const q1 = i64x2.extmul_high_i32x4_u(x2, m1);
    x0 = v128.xor(v128.xor(v128.shuffle<i32>(q0, q1, 1, 3, 5, 7), x1), k0);
    x2 = v128.xor(v128.xor(v128.shuffle<i32>(p0, p1, 1, 3, 5, 7), x3), k1);
    x1 = v128.shuffle<i32>(q0, q1, 0, 2, 4, 6);
    x3 = v128.shuffle<i32>(p0, p1, 0, 2, 4, 6);
    k0 = i32x4.add(k0, i32x4.splat(0x9e3779b9));
    k1 = i32x4.add(k1, i32x4.splat(0xbb67ae85));
  }
  const a = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5);
  const b = v128.shuffle<i32>(x2, x3, 0, 4, 1, 5);
  const c = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7);
  const d = v128.shuffle<i32>(x2, x3, 2, 6, 3, 7);
  v128.store(p, v128.shuffle<i64>(a, b, 0, 2));
  v128.store(p, v128.shuffle<i64>(a, b, 1, 3), 16);
  v128.store(p, v128.shuffle<i64>(c, d, 0, 2), 32);
  v128.store(p, v128.shuffle<i64>(c, d, 1, 3), 48);
}

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
