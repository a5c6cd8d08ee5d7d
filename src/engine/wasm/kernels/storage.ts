// Copies of floats in bfloat16 (./elements.ts) and back, in whatever layout. Args of both: 0 from, 1 to, 2 count.

import { A, I } from './abi';
import { load4, span, store4, storeFirst } from './elements';
import { flatStart } from './share';

function convert<S, D>(args: usize, tid: i32, threads: i32): void {
  const start = flatStart(I(args, 2), tid, threads);
  const length = flatStart(I(args, 2), tid + 1, threads) - start;
  let from = A(args, 0) + span<S>(start);
  let to = A(args, 1) + span<D>(start);
  const end = to + span<D>(length & ~3);
  while (to < end) {
    store4<D>(to, load4<S>(from));
    from += span<S>(4);
    to += span<D>(4);
  }
  if (length & 3) storeFirst<D>(to, load4<S>(from), length & 3);
}

export function toBfloat16(args: usize, tid: i32, threads: i32): void {
  convert<f32, u16>(args, tid, threads);
}
export function toFloat32(args: usize, tid: i32, threads: i32): void {
  convert<u16, f32>(args, tid, threads);
}
