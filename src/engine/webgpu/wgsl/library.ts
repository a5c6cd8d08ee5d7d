/**
 * Functions that shaders call, added where they are. WGSL's own may be wrong by more than wick allows, or take NaN for
 * impossible: a driver may fold `x != x` to false, and `max(NaN, 0)` is 0 on many.
 */

interface LibraryFunction {
  readonly code: string;
  /** Others that it calls. */
  readonly calls?: readonly string[];
}

const library: Readonly<Record<string, LibraryFunction>> = {
  notANumber: {
    code: 'fn notANumber() -> f32 { var bits = 0x7fc00000u; return bitcast<f32>(bits); }',
  },
  infinity: {
    code: 'fn infinity() -> f32 { var bits = 0x7f800000u; return bitcast<f32>(bits); }',
  },
  isNan: {
    code: 'fn isNan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }',
  },
  isFinite: {
    code: 'fn isFinite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }',
  },
  // WGSL leaves it to drivers what f16 makes of a number that it cannot hold: here it is infinite, as IEEE 754 has it.
  toHalf: {
    code: `fn toHalf(x: f32) -> f16 {
  let bits = bitcast<u32>(x);
  let size = bits & 0x7fffffffu;
  if (size < 0x477ff000u) { return f16(x); }
  let none = select(0x7c00u, 0x7e00u, size > 0x7f800000u);
  return bitcast<vec2<f16>>(((bits >> 16u) & 0x8000u) | none).x;
}`,
  },
  toHalves: {
    code: 'fn toHalves(v: vec4f) -> vec4<f16> { return vec4(toHalf(v.x), toHalf(v.y), toHalf(v.z), toHalf(v.w)); }',
    calls: ['toHalf'],
  },
  sigmoid: { code: 'fn sigmoid(x: f32) -> f32 { return 1f / (1f + exp(-x)); }' },
  // Near 0 the difference of two exponentials would lose what is asked for.
  tanhOf: {
    code: `fn tanhOf(x: f32) -> f32 {
  let z = x * x;
  if (z < 0.04f) { return x * (1f + z * (-0.33333333f + z * (0.13333333f + z * (-0.053968254f + z * 0.021869489f)))); }
  let e = exp(-2f * abs(x));
  return sign(x) * (1f - e) / (1f + e);
}`,
  },
  log1pOf: {
    code: `fn log1pOf(x: f32) -> f32 {
  if (abs(x) < 0.05f) { return x * (1f - x * (0.5f - x * (0.33333333f - x * (0.25f - x * (0.2f - x * 0.16666667f))))); }
  return logOf(1f + x);
}`,
    calls: ['logOf'],
  },
  // Drivers may have some finite number for the logarithm of 0, and 0 for a number below 2⁻¹²⁶, whose bits are whole 2⁻¹⁴⁹.
  logOf: {
    code: `fn logOf(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  let size = bits & 0x7fffffffu;
  if (size == 0u) { return -infinity(); }
  if (bits != size || isNan(x)) { return notANumber(); }
  if (size == 0x7f800000u) { return x; }
  if (size < 0x00800000u) { return log(f32(size)) - 103.27893f; }
  return log(x);
}`,
    calls: ['infinity', 'notANumber', 'isNan'],
  },
  // At least −100, as PyTorch bounds the logarithms of probabilities; NaN stays NaN.
  boundedLog: {
    code: 'fn boundedLog(x: f32) -> f32 { return select(max(x, -100f), x, isNan(x)); }',
    calls: ['isNan'],
  },
  expm1Of: {
    code: `fn expm1Of(x: f32) -> f32 {
  if (abs(x) < 0.1f) { return x * (1f + x * (0.5f + x * (0.16666667f + x * (0.041666667f + x * (0.0083333333f + x * 0.0013888889f))))); }
  return exp(x) - 1f;
}`,
  },
  softplusOf: {
    code: 'fn softplusOf(x: f32) -> f32 { return max(x, 0f) + log1pOf(exp(-abs(x))); }',
    calls: ['log1pOf'],
  },
  // A series of positive terms near 0 (Abramowitz & Stegun 7.1.6), the continued fraction's rational form (7.1.26) elsewhere.
  erfOf: {
    code: `fn erfOf(x: f32) -> f32 {
  let a = abs(x);
  if (a < 1f) {
    var term = x;
    var total = x;
    for (var n = 1; n < 14; n++) { term *= 2f * x * x / f32(2 * n + 1); total += term; }
    return 1.1283792f * exp(-x * x) * total;
  }
  let t = 1f / (1f + 0.3275911f * a);
  let tail = t * (0.254829592f + t * (-0.284496736f + t * (1.421413741f + t * (-1.453152027f + t * 1.061405429f))));
  return sign(x) * (1f - tail * exp(-a * a));
}`,
  },
  normalCdf: {
    code: 'fn normalCdf(x: f32) -> f32 { return 0.5f * (1f + erfOf(x * 0.70710678f)); }',
    calls: ['erfOf'],
  },
  tanhCdf: {
    code: 'fn tanhCdf(x: f32) -> f32 { return 0.5f * (1f + tanhOf(0.79788456f * (x + 0.044715f * x * x * x))); }',
    calls: ['tanhOf'],
  },
  geluTanhSlope: {
    code: `fn geluTanhSlope(x: f32) -> f32 {
  let near = clamp(x, -12f, 12f);
  let cdf = tanhCdf(near);
  return cdf + near * 2f * cdf * (1f - cdf) * 0.79788456f * (1f + 0.134145f * near * near);
}`,
    calls: ['tanhCdf'],
  },
  mishSlope: {
    code: `fn mishSlope(x: f32) -> f32 {
  let t = tanhOf(softplusOf(x));
  return t + x * (1f - t * t) * sigmoid(x);
}`,
    calls: ['tanhOf', 'softplusOf', 'sigmoid'],
  },
  // x less the nearest multiple of π/2, in three parts (Cody & Waite), and which quarter of the turn that is.
  quarterTurn: {
    code: `fn quarterTurn(x: f32) -> vec2f {
  if (!isFinite(x)) { return vec2f(notANumber(), 0f); }
  if (abs(x) > 1024f) { return farTurn(x); }
  let k = round(x * 0.63661977f);
  let r = fma(-k, 7.54978995489188216e-8f, fma(-k, 4.837512969970703125e-4f, fma(-k, 1.5703125f, x)));
  return vec2f(r, k);
}
fn sineOf(x: f32) -> f32 { let z = x * x; return x * (1f + z * (-0.16666667f + z * (0.0083333333f + z * (-1.9841270e-4f + z * 2.7557319e-6f)))); }
fn cosineOf(x: f32) -> f32 { let z = x * x; return 1f + z * (-0.5f + z * (0.041666667f + z * (-0.0013888889f + z * 2.4801587e-5f))); }
fn turned(x: f32, more: i32) -> f32 {
  let q = quarterTurn(x);
  let quarter = (i32(q.y) + more) & 3;
  let value = select(cosineOf(q.x), sineOf(q.x), (quarter & 1) == 0);
  return select(value, -value, quarter >= 2);
}`,
    calls: ['farTurn', 'isFinite', 'notANumber'],
  },
  // The same of a large x = m · 2ᵉ, as whole numbers (Payne & Hanek): of 2/π · 2ᵉ the bits below 4, times m, are quarters and
  // 62 bits behind the point.
  farTurn: {
    code: `fn farTurn(x: f32) -> vec2f {
  var turns = array<u32, 8>(0u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu);
  let bits = bitcast<u32>(x);
  let m = (bits & 0x7fffffu) | 0x800000u;
  let first = ((bits >> 23u) & 255u) - 120u;
  let word = first >> 5u;
  let shift = first & 31u;
  let high = (turns[word] << shift) | ((turns[word + 1u] >> 1u) >> (31u - shift));
  let middle = (turns[word + 1u] << shift) | ((turns[word + 2u] >> 1u) >> (31u - shift));
  let low = (turns[word + 2u] << shift) | ((turns[word + 3u] >> 1u) >> (31u - shift));
  let carried = mulHi(m, low);
  let behind = m * middle + carried;
  let before = m * high + mulHi(m, middle) + select(0u, 1u, behind < carried);
  var far = (before << 2u) | (behind >> 30u);
  var near = behind << 2u;
  let isPast = (far >> 31u) == 1u;
  if (isPast) { far = ~far + select(0u, 1u, near == 0u); near = ~near + 1u; }
  let r = (f32(far) + f32(near) * 2.3283064365386963e-10f) * 3.6572951981e-10f;
  let k = f32((before >> 30u) + select(0u, 1u, isPast));
  return vec2f(select(r, -r, isPast != (x < 0f)), select(k, -k, x < 0f));
}`,
    calls: ['mulHi'],
  },
  // The upper half of a product: WGSL has none of 64 bits.
  mulHi: {
    code: `fn mulHi(a: u32, b: u32) -> u32 {
  let al = a & 0xffffu; let ah = a >> 16u; let bl = b & 0xffffu; let bh = b >> 16u;
  let m = ah * bl + ((al * bl) >> 16u);
  let n = al * bh + (m & 0xffffu);
  return ah * bh + (m >> 16u) + (n >> 16u);
}`,
  },
  // As JavaScript's arrays convert: modulo 2³², and of what is no finite number 0. WGSL's own keeps to the nearest whole number.
  toWhole: {
    code: `fn toWhole(x: f32) -> i32 {
  let bits = bitcast<u32>(x);
  let exponent = (bits >> 23u) & 255u;
  if (exponent < 158u) { return i32(x); }
  if (exponent > 181u) { return 0i; }
  let size = ((bits & 0x7fffffu) | 0x800000u) << (exponent - 150u);
  return bitcast<i32>(select(size, ~size + 1u, (bits >> 31u) == 1u));
}`,
  },
  // The bits of core/rng.ts.
  philox: {
    code: `fn philox(counter: vec4u, key: vec2u) -> vec4u {
  var x = counter;
  var k = key;
  for (var r = 0; r < 10; r++) {
    x = vec4u(mulHi(0xcd9e8d57u, x.z) ^ x.y ^ k.x, 0xcd9e8d57u * x.z, mulHi(0xd2511f53u, x.x) ^ x.w ^ k.y, 0xd2511f53u * x.x);
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return x;
}`,
    calls: ['mulHi'],
  },
  // 1 − (1 − r)ᵗ: what is small would be lost in the power.
  oneMinusPower: {
    code: `fn oneMinusPower(r: f32, t: f32) -> f32 {
  var logarithm = log(1f - r);
  if (r < 0.3f) {
    var sum = 0f;
    for (var n = 14; n > 0; n--) { sum = sum * r + 1f / f32(n); }
    logarithm = -r * sum;
  }
  return -expm1Of(t * logarithm);
}`,
    calls: ['expm1Of'],
  },
  // WGSL's own says of NaN that it does not differ from a number.
  differs: {
    code: 'fn differs(a: f32, b: f32) -> bool { return a != b || isNan(a) || isNan(b); }',
    calls: ['isNan'],
  },
  // NaN is the largest.
  isBelow: {
    code: 'fn isBelow(a: f32, b: f32) -> bool { return a < b || (isNan(b) && !isNan(a)); }',
    calls: ['isNan'],
  },
  // As C has it; WGSL's own knows no negative bases. Small whole powers are products, which round like the CPU's.
  powerOf: {
    code: `fn powerOf(a: f32, b: f32) -> f32 {
  if (b == 0f || a == 1f) { return 1f; }
  if (isNan(a) || isNan(b)) { return notANumber(); }
  let size = abs(a);
  let isWhole = floor(b) == b;
  if (a < 0f && !isWhole && isFinite(a)) { return notANumber(); }
  let isOdd = isWhole && abs(b) < 16777216f && (u32(abs(b)) & 1u) == 1u;
  var power = 1f;
  if (size == 0f) { power = select(infinity(), 0f, b > 0f); }
  else if (!isFinite(size)) { power = select(0f, infinity(), b > 0f); }
  else if (!isFinite(b)) { if (size != 1f) { power = select(0f, infinity(), (size > 1f) == (b > 0f)); } }
  else if (isWhole && abs(b) <= 16f) {
    var factor = size;
    for (var n = u32(abs(b)); n > 0u; n >>= 1u) { if ((n & 1u) == 1u) { power *= factor; } factor *= factor; }
    if (b < 0f) { power = 1f / power; }
  }
  else { power = exp2(b * log2(size)); }
  return select(power, -power, isOdd && (bitcast<u32>(a) >> 31u) == 1u);
}`,
    calls: ['isNan', 'isFinite', 'notANumber', 'infinity'],
  },
  // Whether v takes the place of b where the greatest is looked for: NaN is the greatest, and the first of equals stays.
  exceeds: {
    code: 'fn exceeds(v: f32, b: f32) -> bool { return !isNan(b) && (v > b || isNan(v)); }',
    calls: ['isNan'],
  },
};

/** The functions that `text` calls, and those that they call. */
export function libraryFor(text: string): string {
  const needed = new Set<string>();
  const add = (name: string): void => {
    if (needed.has(name)) return;
    for (const other of library[name]?.calls ?? []) add(other);
    needed.add(name);
  };
  for (const name of Object.keys(library)) {
    const entry = name === 'quarterTurn' ? 'turned' : name;
    if (new RegExp(`\\b${entry}\\(`).test(text)) add(name);
  }
  return [...needed].map((name) => library[name]?.code ?? '').join('\n');
}
