// What every kernel is built on. A kernel is `export function name(args: NameArgs, tid: i32, threads: i32): void`: thread `tid`
// of `threads` does its own static share (./share.ts) of what `args` says. The classes of arguments are generated from
// ../families/ (scripts/generate-kernels.mjs). The files of this folder are AssemblyScript, compiled by scripts/build.mjs.

// Word k of a table as a whole number.
@inline
export function I(table: usize, k: i32): i32 {
  return load<i32>(table + (<usize>k << 2));
}

// Word k of a table as a float.
@inline
export function F(table: usize, k: i32): f32 {
  return load<f32>(table + (<usize>k << 2));
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
