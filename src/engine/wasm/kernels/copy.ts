// Words copied, or set to zero.

import { A, I } from './abi';
import { flatStart } from './share';

// Copies words. Args: 0 from, 1 to, 2 count of 32-bit words.
export function copy(args: usize, tid: i32, threads: i32): void {
  const start = flatStart(I(args, 2), tid, threads);
  const end = flatStart(I(args, 2), tid + 1, threads);
  const offset = <usize>start << 2;
  memory.copy(A(args, 1) + offset, A(args, 0) + offset, <usize>(end - start) << 2);
}

// Sets words to zero. Args: 0 to, 1 count of 32-bit words.
export function zero(args: usize, tid: i32, threads: i32): void {
  const start = flatStart(I(args, 1), tid, threads);
  const end = flatStart(I(args, 1), tid + 1, threads);
  memory.fill(A(args, 0) + (<usize>start << 2), 0, <usize>(end - start) << 2);
}
