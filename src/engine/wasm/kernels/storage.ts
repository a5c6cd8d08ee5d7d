// Copies of floats in bfloat16 (./elements.ts) and back, in whatever layout.

import { StorageArgs } from './args';
import { load4, span, store4, storeFirst } from './elements';
import { flatStart } from './share';

function convert<S, D>(args: StorageArgs, tid: i32, threads: i32): void {
  const start = flatStart(args.count, tid, threads);
  const length = flatStart(args.count, tid + 1, threads) - start;
  let from = args.from + span<S>(start);
  let to = args.to + span<D>(start);
  const end = to + span<D>(length & ~3);
  while (to < end) {
    store4<D>(to, load4<S>(from));
    from += span<S>(4);
    to += span<D>(4);
  }
  if (length & 3) storeFirst<D>(to, load4<S>(from), length & 3);
}

export function toBfloat16(args: StorageArgs, tid: i32, threads: i32): void {
  convert<f32, u16>(args, tid, threads);
}
export function toFloat32(args: StorageArgs, tid: i32, threads: i32): void {
  convert<u16, f32>(args, tid, threads);
}
