// A square of 4 × 4 floats, rows becoming columns.

// Row i of the square is read at s<i>, column j is written at d<j>.
@inline
export function transpose(s0: usize, s1: usize, s2: usize, s3: usize, d0: usize, d1: usize, d2: usize, d3: usize): void {
  const r0 = v128.load(s0);
  const r1 = v128.load(s1);
  const r2 = v128.load(s2);
  const r3 = v128.load(s3);
  const low01 = i32x4.shuffle(r0, r1, 0, 4, 1, 5);
  const high01 = i32x4.shuffle(r0, r1, 2, 6, 3, 7);
  const low23 = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
  const high23 = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
  v128.store(d0, i64x2.shuffle(low01, low23, 0, 2));
  v128.store(d1, i64x2.shuffle(low01, low23, 1, 3));
  v128.store(d2, i64x2.shuffle(high01, high23, 0, 2));
  v128.store(d3, i64x2.shuffle(high01, high23, 1, 3));
}
