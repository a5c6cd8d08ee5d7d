// Binary cross entropy, element by element. Args of both kernels: 0 x, 1 target, 2 losses, 3 count.

import { A, I } from './abi';
import { exp4, log4, splat } from './math';
import { bytes, flatStart, storeLanes } from './share';

function map<K>(args: usize, tid: i32, threads: i32): void {
  const f = changetype<K>(0);
  const count = I(args, 3);
  const end = flatStart(count, tid + 1, threads);
  for (let i = flatStart(count, tid, threads); i < end; i += 4) {
    const at = bytes(i);
    const loss = f.at(v128.load(A(args, 0) + at), v128.load(A(args, 1) + at));
    storeLanes(A(args, 2) + at, loss, end - i);
  }
}

// log(1 + x): that of the rounded sum, corrected by what the rounding has lost.
@inline
function log1p4(x: v128): v128 {
  const sum = f32x4.add(x, splat(1));
  const rounded = f32x4.sub(sum, splat(1));
  const exact = f32x4.mul(log4(sum), f32x4.div(x, rounded));
  return v128.bitselect(x, exact, f32x4.eq(rounded, splat(0)));
}

// −[t·log x + (1 − t)·log(1 − x)], each log at least −100
@final
@unmanaged
class OfProbabilities {
  @inline
  at(x: v128, t: v128): v128 {
    const low = splat(-100);
    const positive = f32x4.mul(t, f32x4.pmax(log4(x), low));
    const other = f32x4.sub(splat(1), t);
    return f32x4.neg(f32x4.add(positive, f32x4.mul(other, f32x4.pmax(log1p4(f32x4.neg(x)), low))));
  }
}
export function bceLosses(args: usize, tid: i32, threads: i32): void {
  map<OfProbabilities>(args, tid, threads);
}

// (1 − t)·x for x > 0, −t·x elsewhere; + log(1 + e^−|x|)
@final
@unmanaged
class OfScores {
  @inline
  at(x: v128, t: v128): v128 {
    const share = v128.bitselect(
      f32x4.sub(splat(1), t),
      f32x4.neg(t),
      f32x4.gt(x, splat(0)),
    );
    return f32x4.add(f32x4.mul(share, x), log1p4(exp4(f32x4.neg(f32x4.abs(x)))));
  }
}
export function bceLogitsLosses(args: usize, tid: i32, threads: i32): void {
  map<OfScores>(args, tid, threads);
}
