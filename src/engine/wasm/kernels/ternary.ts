// Element-wise functions of three tensors with broadcasting. Not hot: one element at a time. Args of every kernel of this file:
// 0 a, 1 b, 2 c, 3 y, 4 inner, 5 stepA, 6 stepB, 7 stepC (0 or 1), 8 rank,
// 9 + 4k: size, strideA, strideB, strideC of outer dimension k, outermost first

import { A, I } from './abi';
import { bytes, flatStart, rowOffset } from './share';

@inline
function zip3<K>(args: usize, tid: i32, threads: i32, sizeA: usize): void {
  const f = changetype<K>(0);
  const inner = I(args, 4);
  const rank = I(args, 8);
  let count = inner;
  for (let k = 0; k < rank; k++) count *= I(args, 9 + 4 * k);
  let at = flatStart(count, tid, threads);
  const end = flatStart(count, tid + 1, threads);
  while (at < end) {
    const row = at / inner;
    const column = at - row * inner;
    const stop = min((row + 1) * inner, end);
    let a =
      A(args, 0) + <usize>(rowOffset(args + 36, rank, row, 1, 4) + column * I(args, 5)) * sizeA;
    let b = A(args, 1) + bytes(rowOffset(args + 36, rank, row, 2, 4) + column * I(args, 6));
    let c = A(args, 2) + bytes(rowOffset(args + 36, rank, row, 3, 4) + column * I(args, 7));
    for (; at < stop; at++) {
      store<f32>(A(args, 3) + bytes(at), f.at(a, load<f32>(b), load<f32>(c)));
      a += <usize>I(args, 5) * sizeA;
      b += bytes(I(args, 6));
      c += bytes(I(args, 7));
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
export function where(args: usize, tid: i32, threads: i32): void {
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
export function lerp(args: usize, tid: i32, threads: i32): void {
  zip3<Lerp>(args, tid, threads, 4);
}
