// The counter-based generator of src/core/rng.ts (Philox4x32-10): draw d is word d mod 4 of block ⌊d/4⌋ of the key
// (k0, k1, c1, c3).

// Four blocks, first … first + 3: 16 words in order at p.
export function drawBlocks(p: usize, first: i32, key: usize): void {
  const m0 = i32x4.splat(0xd2511f53);
  const m1 = i32x4.splat(0xcd9e8d57);
  let k0 = v128.load32_splat(key);
  let k1 = v128.load32_splat(key, 4);
  let x0 = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
  let x1 = v128.load32_splat(key, 8);
  let x2 = i32x4.splat(0);
  let x3 = v128.load32_splat(key, 12);
  for (let round = 0; round < 10; round++) {
    // Products of 64 bits: x0·m0 and x2·m1, lanes 0 and 1, then 2 and 3.
    const p0 = i64x2.extmul_low_i32x4_u(x0, m0);
    const p1 = i64x2.extmul_high_i32x4_u(x0, m0);
    const q0 = i64x2.extmul_low_i32x4_u(x2, m1);
    const q1 = i64x2.extmul_high_i32x4_u(x2, m1);
    x0 = v128.xor(v128.xor(v128.shuffle<i32>(q0, q1, 1, 3, 5, 7), x1), k0);
    x2 = v128.xor(v128.xor(v128.shuffle<i32>(p0, p1, 1, 3, 5, 7), x3), k1);
    x1 = v128.shuffle<i32>(q0, q1, 0, 2, 4, 6);
    x3 = v128.shuffle<i32>(p0, p1, 0, 2, 4, 6);
    k0 = i32x4.add(k0, i32x4.splat(0x9e3779b9));
    k1 = i32x4.add(k1, i32x4.splat(0xbb67ae85));
  }
  const a = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5);
  const b = v128.shuffle<i32>(x2, x3, 0, 4, 1, 5);
  const c = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7);
  const d = v128.shuffle<i32>(x2, x3, 2, 6, 3, 7);
  v128.store(p, v128.shuffle<i64>(a, b, 0, 2));
  v128.store(p, v128.shuffle<i64>(a, b, 1, 3), 16);
  v128.store(p, v128.shuffle<i64>(c, d, 0, 2), 32);
  v128.store(p, v128.shuffle<i64>(c, d, 1, 3), 48);
}
