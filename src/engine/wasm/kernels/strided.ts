// Copies between tensors that lie differently in memory: permutation, broadcasting, slices, concatenation.

import { A, I } from './abi';
import { bytes, flatStart, rowOffset } from './share';

// Elements of 4 bytes. 0 from, 1 to, 2 inner, 3 stepFrom, 4 stepTo (elements between neighbours of a row), 5 rank,
// 6 + 3k: size, strideFrom, strideTo of outer dimension k, outermost first
export function stridedCopy(args: usize, tid: i32, threads: i32): void {
  const inner = I(args, 2);
  const stepFrom = I(args, 3);
  const stepTo = I(args, 4);
  const rank = I(args, 5);
  const dims = args + 24;
  let count = inner;
  for (let k = 0; k < rank; k++) count *= I(args, 6 + 3 * k);
  let at = flatStart(count, tid, threads);
  const end = flatStart(count, tid + 1, threads);
  while (at < end) {
    const row = at / inner;
    const column = at - row * inner;
    const n = min(inner - column, end - at);
    let from = A(args, 0) + bytes(rowOffset(dims, rank, row, 1, 3) + column * stepFrom);
    let to = A(args, 1) + bytes(rowOffset(dims, rank, row, 2, 3) + column * stepTo);
    if (stepFrom == 1 && stepTo == 1) memory.copy(to, from, bytes(n));
    else {
      for (let k = 0; k < n; k++) {
        store<i32>(to, load<i32>(from));
        from += bytes(stepFrom);
        to += bytes(stepTo);
      }
    }
    at += n;
  }
}
