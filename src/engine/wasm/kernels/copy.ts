// Words copied, or set to zero.

import { CopyArgs, ZeroArgs } from './args';
import { flatStart } from './share';

export function copy(args: CopyArgs, tid: i32, threads: i32): void {
  const start = flatStart(args.count, tid, threads);
  const end = flatStart(args.count, tid + 1, threads);
  const offset = <usize>start << 2;
  memory.copy(args.to + offset, args.from + offset, <usize>(end - start) << 2);
}

export function zero(args: ZeroArgs, tid: i32, threads: i32): void {
  const start = flatStart(args.count, tid, threads);
  const end = flatStart(args.count, tid + 1, threads);
  memory.fill(args.to + (<usize>start << 2), 0, <usize>(end - start) << 2);
}
