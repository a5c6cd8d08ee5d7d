// A square of 4 × 4 floats, rows becoming columns.

import { load4, store4 } from './elements';

// Row i of the square is read at s<i>, column j is written at d<j>.
@inline
export function transpose(s0: usize, s1: usize, s2: usize, s3: usize, d0: usize, d1: usize, d2: usize, d3: usize): void {
  transposed<f32, f32>(s0, s1, s2, s3, d0, d1, d2, d3);
}

// The same from elements S to elements D.
@inline
export function transposed<S, D>(
  s0: usize,
  s1: usize,
  s2: usize,
  s3: usize,
  d0: usize,
  d1: usize,
  d2: usize,
  d3: usize,
): void {
  const r0 = load4<S>(s0);
  const r1 = load4<S>(s1);
  const r2 = load4<S>(s2);
  const r3 = load4<S>(s3);
  const low01 = i32x4.shuffle(r0, r1, 0, 4, 1, 5);
  const high01 = i32x4.shuffle(r0, r1, 2, 6, 3, 7);
  const low23 = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
  const high23 = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
  store4<D>(d0, i64x2.shuffle(low01, low23, 0, 2));
  store4<D>(d1, i64x2.shuffle(low01, low23, 1, 3));
  store4<D>(d2, i64x2.shuffle(high01, high23, 0, 2));
  store4<D>(d3, i64x2.shuffle(high01, high23, 1, 3));
}
