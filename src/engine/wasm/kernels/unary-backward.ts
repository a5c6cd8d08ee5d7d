// Gradients of element-wise functions (../families/unary-functions.ts), on any layout.

import { UnaryBackwardArgs } from './args';
import { load4, span, store4, storeFirst } from './elements';
import { splat } from './math';
import { flatStart } from './share';

export function map<K, T>(args: UnaryBackwardArgs, tid: i32, threads: i32): void {
  const f = changetype<K>(0);
  const start = flatStart(args.count, tid, threads);
  const length = flatStart(args.count, tid + 1, threads) - start;
  const p = splat(args.p);
  const q = splat(args.q);
  let value = args.value + span<T>(start);
  let dy = args.dy + span<T>(start);
  let dx = args.dx + span<T>(start);
  const end = dx + span<T>(length & ~3);
  while (dx < end) {
    store4<T>(dx, f.at(load4<T>(value), load4<T>(dy), p, q));
    value += span<T>(4);
    dy += span<T>(4);
    dx += span<T>(4);
  }
  if (length & 3) storeFirst<T>(dx, f.at(load4<T>(value), load4<T>(dy), p, q), length & 3);
}
