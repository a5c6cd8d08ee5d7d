// Binary cross entropy, element by element.

import { BinaryCrossEntropyArgs } from './args';
import { bytes, flatStart, storeLanes } from './share';

export function map<K, T>(args: BinaryCrossEntropyArgs, tid: i32, threads: i32): void {
  const f = changetype<K>(0);
  const count = args.count;
  const end = flatStart(count, tid + 1, threads);
  for (let i = flatStart(count, tid, threads); i < end; i += 4) {
    const at = bytes(i);
    const loss = f.at(v128.load(args.x + at), v128.load(args.target + at));
    storeLanes(args.losses + at, loss, end - i);
  }
}
