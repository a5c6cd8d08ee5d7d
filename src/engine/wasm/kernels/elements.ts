// Elements of activations in memory, T: `f32`, or `u16` for bfloat16, which is the upper half of an f32. Kernels compute in
// f32 and double either way; only loads and stores differ.

// Bytes of `count` elements.
@inline
export function span<T>(count: i32): usize {
  return (<usize>count) << alignof<T>();
}

@inline
export function load1<T>(p: usize): f32 {
  if (sizeof<T>() == 4) return load<f32>(p);
  return reinterpret<f32>(<u32>load<u16>(p) << 16);
}

@inline
export function splat1<T>(p: usize): v128 {
  if (sizeof<T>() == 4) return v128.load32_splat(p);
  return i32x4.shl(v128.load16_splat(p), 16);
}

@inline
export function load4<T>(p: usize): v128 {
  if (sizeof<T>() == 4) return v128.load(p);
  return i32x4.shl(v128.load_ext<u16>(p), 16);
}

// The four elements after those at p.
@inline
export function loadNext4<T>(p: usize): v128 {
  if (sizeof<T>() == 4) return v128.load(p, 16);
  return i32x4.shl(v128.load_ext<u16>(p, 8), 16);
}

// bfloat16 in the lower halves of the lanes: to nearest, ties to even; NaN stays NaN.
@inline
function narrowed(v: v128): v128 {
  const odd = v128.and(i32x4.shr_u(v, 16), i32x4.splat(1));
  const rounded = i32x4.add(v, i32x4.add(odd, i32x4.splat(0x7fff)));
  const quiet = v128.or(v, i32x4.splat(0x00400000));
  return i32x4.shr_u(v128.bitselect(rounded, quiet, f32x4.eq(v, v)), 16);
}

@inline
export function store4<T>(p: usize, v: v128): void {
  if (sizeof<T>() == 4) v128.store(p, v);
  else {
    const n = narrowed(v);
    v128.store64_lane(p, i16x8.narrow_i32x4_u(n, n), 0);
  }
}

// Stores the first `lanes` (1, 2 or 3) elements.
@inline
export function storeFirst<T>(p: usize, v: v128, lanes: i32): void {
  if (sizeof<T>() == 4) {
    v128.store32_lane(p, v, 0);
    if (lanes > 1) v128.store32_lane(p, v, 1, 4);
    if (lanes > 2) v128.store32_lane(p, v, 2, 8);
  } else {
    const n = narrowed(v);
    v128.store16_lane(p, n, 0);
    if (lanes > 1) v128.store16_lane(p, n, 2, 2);
    if (lanes > 2) v128.store16_lane(p, n, 4, 4);
  }
}

// Stores four elements, or the first `lanes` of them where fewer are left.
@inline
export function storeUpTo4<T>(p: usize, v: v128, lanes: i32): void {
  if (lanes >= 4) store4<T>(p, v);
  else storeFirst<T>(p, v, lanes);
}
