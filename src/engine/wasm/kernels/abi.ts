// What every kernel is built on. A kernel is `export function name(args: usize, tid: i32, threads: i32): void`: `args`
// points to 32-bit words (pointers, whole numbers, float bits) that the compiler wrote, and thread `tid` of `threads` does
// its own static share (./share.ts). The files of this folder are AssemblyScript, compiled by scripts/build.mjs; kernels are listed in
// ../kernel-table.ts.

// Word k of `args` as a whole number.
@inline
export function I(args: usize, k: i32): i32 {
  return load<i32>(args + (<usize>k << 2));
}

// Word k of `args` as a pointer.
@inline
export function A(args: usize, k: i32): usize {
  return <usize>load<u32>(args + (<usize>k << 2));
}

// Word k of `args` as a float.
@inline
export function F(args: usize, k: i32): f32 {
  return load<f32>(args + (<usize>k << 2));
}

// a · b + c: one rounding and one instruction in the relaxed build, two elsewhere.
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (isDefined(ASC_FEATURE_RELAXED_SIMD)) {
    if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  }
  return f32x4.add(f32x4.mul(a, b), c);
}

// c − a · b.
@inline
export function nmadd(a: v128, b: v128, c: v128): v128 {
  if (isDefined(ASC_FEATURE_RELAXED_SIMD)) {
    if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, c);
  }
  return f32x4.sub(c, f32x4.mul(a, b));
}
