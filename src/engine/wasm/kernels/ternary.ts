// Element-wise functions of three tensors with broadcasting. Not hot: one element at a time.

import { I } from './abi';
import { TernaryArgs } from './args';
import { bytes, flatStart, rowOffset } from './share';

@inline
function zip3<K>(args: TernaryArgs, tid: i32, threads: i32, sizeA: usize): void {
  const f = changetype<K>(0);
  const inner = args.inner;
  const rank = args.rank;
  const dims = args.dims;
  let count = inner;
  for (let k = 0; k < rank; k++) count *= I(dims, 4 * k);
  let at = flatStart(count, tid, threads);
  const end = flatStart(count, tid + 1, threads);
  while (at < end) {
    const row = at / inner;
    const column = at - row * inner;
    const stop = min((row + 1) * inner, end);
    let a =
      args.a + <usize>(rowOffset(dims, rank, row, 1, 4) + column * args.stepA) * sizeA;
    let b = args.b + bytes(rowOffset(dims, rank, row, 2, 4) + column * args.stepB);
    let c = args.c + bytes(rowOffset(dims, rank, row, 3, 4) + column * args.stepC);
    for (; at < stop; at++) {
      store<f32>(args.y + bytes(at), f.at(a, load<f32>(b), load<f32>(c)));
      a += <usize>args.stepA * sizeA;
      b += bytes(args.stepB);
      c += bytes(args.stepC);
    }
  }
}

// b where the byte a is not 0, else c
@final
@unmanaged
class Where {
  @inline
  at(a: usize, b: f32, c: f32): f32 {
    return load<u8>(a) ? b : c;
  }
}
export function where(args: TernaryArgs, tid: i32, threads: i32): void {
  zip3<Where>(args, tid, threads, 1);
}

// a + c·(b − a), from the nearer end
@final
@unmanaged
class Lerp {
  @inline
  at(a: usize, b: f32, c: f32): f32 {
    const start = load<f32>(a);
    const distance = b - start;
    return Mathf.abs(c) < 0.5 ? start + c * distance : b - (1 - c) * distance;
  }
}
export function lerp(args: TernaryArgs, tid: i32, threads: i32): void {
  zip3<Lerp>(args, tid, threads, 4);
}
