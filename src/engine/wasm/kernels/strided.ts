// Copies between tensors that lie differently in memory: permutation, broadcasting, slices, concatenation.

import { I } from './abi';
import { StridedCopyArgs } from './args';
import { bytes, flatStart, rowOffset } from './share';

export function stridedCopy(args: StridedCopyArgs, tid: i32, threads: i32): void {
  const inner = args.inner;
  const stepFrom = args.stepFrom;
  const stepTo = args.stepTo;
  const rank = args.rank;
  const dims = args.dims;
  let count = inner;
  for (let k = 0; k < rank; k++) count *= I(dims, 3 * k);
  let at = flatStart(count, tid, threads);
  const end = flatStart(count, tid + 1, threads);
  while (at < end) {
    const row = at / inner;
    const column = at - row * inner;
    const n = min(inner - column, end - at);
    let from = args.from + bytes(rowOffset(dims, rank, row, 1, 3) + column * stepFrom);
    let to = args.to + bytes(rowOffset(dims, rank, row, 2, 3) + column * stepTo);
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
