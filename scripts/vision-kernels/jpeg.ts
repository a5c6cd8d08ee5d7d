// Decodes the scan of a baseline JPEG (AssemblyScript). Headers and tables are read by src/vision/codecs/jpeg/; what is left is
// Huffman codes, the inverse DCT, chroma upsampling and colour conversion, with the integer arithmetic of libjpeg's defaults
// (islow DCT, triangle-filter upsampling), so pixels equal libjpeg-turbo's. Any damage ends in `false`, never in a loop.

// The bits that have been read but not used: the lowest `bitCount` of `bits`.
let bits: u64 = 0;
let bitCount: i32 = 0;
// Bytes beyond the end of the scan that were read as zero.
let missing: i32 = 0;
let at: usize = 0;
let end: usize = 0;

const zigzag = memory.data<u8>([
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
  13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52,
  45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
]);
// One block of dequantized coefficients, and the same half transformed.
const block = memory.data(256, 16);
const work = memory.data(256, 16);

// A Huffman table: 512 entries (length << 8 | symbol, 0 where the code is longer than 9 bits), then for lengths 0–16 the largest
// code (−1: none) and what to add to a code to get the index of its symbol, then the symbols.
const MAX_CODE: usize = 1024;
const DELTA: usize = MAX_CODE + 17 * 4;
const SYMBOLS: usize = DELTA + 17 * 4;

// Components of a picture, as TypeScript writes them, eight words each: horizontal and vertical sampling, quantizers (64 words in
// zigzag order), Huffman tables for DC and AC, samples and their row stride, the last DC value.
const COMPONENT: usize = 32;

// @inline
function refill(): void {
  if (bitCount > 32) return;
  if (at + 4 <= end) {
    const word = bswap<u32>(load<u32>(at));
    const other = ~word;
    // No byte is FF: take all four.
    if (((other - 0x01010101) & ~other & 0x80808080) === 0) {
      bits = (bits << 32) | word;
      bitCount += 32;
      at += 4;
      return;
    }
  }
  refillBytes();
}

function refillBytes(): void {
  while (bitCount <= 48) {
    let byte: u64 = 0;
    if (at < end) {
      byte = load<u8>(at);
      if (byte !== 0xff) {
        at++;
      } else if (at + 1 < end && load<u8>(at + 1) === 0) {
        at += 2;
      } else {
        byte = 0; // A marker ends the data.
        missing++;
      }
    } else {
      missing++;
    }
    bits = (bits << 8) | byte;
    bitCount += 8;
  }
}

// @inline
function peek(count: i32): i32 {
  return <i32>(bits >> (bitCount - count)) & ((1 << count) - 1);
}

// The next symbol; −1 for a code that is not in the table.
// @inline
function symbol(table: usize): i32 {
  refill();
  const entry = <i32>load<u16>(table + ((<usize>peek(9)) << 1));
  if (entry !== 0) {
    bitCount -= entry >> 8;
    return entry & 255;
  }
  return longSymbol(table);
}

function longSymbol(table: usize): i32 {
  const code16 = peek(16);
  for (let length = 10; length <= 16; length++) {
    const code = code16 >> (16 - length);
    if (code <= load<i32>(table + MAX_CODE + ((<usize>length) << 2))) {
      bitCount -= length;
      const index = code + load<i32>(table + DELTA + ((<usize>length) << 2));
      return load<u8>(table + SYMBOLS + (index & 255));
    }
  }
  return -1;
}

// The next `count` bits (1–15) as a signed number: the upper half is positive, the lower negative.
// @inline
function signed(count: i32): i32 {
  const value = peek(count);
  bitCount -= count;
  return value < 1 << (count - 1) ? value - (1 << count) + 1 : value;
}

// Reads the block of a component to `block`; returns the position of the last coefficient, −1 on damage.
function readBlock(component: usize): i32 {
  const quantizers = <usize>load<i32>(component + 8);
  const ac = <usize>load<i32>(component + 16);
  const zero = i32x4.splat(0);
  for (let i: usize = 0; i < 256; i += 16) v128.store(block + i, zero);
  const size = symbol(<usize>load<i32>(component + 12));
  if (size < 0 || size > 11) return -1;
  const dc = load<i32>(component + 28) + (size === 0 ? 0 : signed(size));
  store<i32>(component + 28, dc);
  store<i32>(block, dc * load<i32>(quantizers));
  let last = 0;
  for (let k = 1; k < 64; k++) {
    const code = symbol(ac);
    if (code < 0) return -1;
    const length = code & 15;
    k += code >> 4;
    if (length === 0) {
      if (code >> 4 !== 15) break;
      continue;
    }
    if (k > 63) return -1;
    const value = signed(length) * load<i32>(quantizers + ((<usize>k) << 2));
    store<i32>(block + ((<usize>load<u8>(zigzag + k)) << 2), value);
    last = k;
  }
  return last;
}

// Four columns of an 8-point inverse DCT, written as rows.
// @inline
function idctHalf(from: usize, to: usize, rounding: i32, shift: i32): void {
  const v0 = v128.load(from);
  const v1 = v128.load(from, 32);
  const v2 = v128.load(from, 64);
  const v3 = v128.load(from, 96);
  const v4 = v128.load(from, 128);
  const v5 = v128.load(from, 160);
  const v6 = v128.load(from, 192);
  const v7 = v128.load(from, 224);
  const half = i32x4.splat(rounding);

  const e = times(i32x4.add(v2, v6), 4433);
  const e2 = i32x4.sub(e, times(v6, 15137));
  const e3 = i32x4.add(e, times(v2, 6270));
  const e0 = i32x4.add(i32x4.shl(i32x4.add(v0, v4), 13), half);
  const e1 = i32x4.add(i32x4.shl(i32x4.sub(v0, v4), 13), half);
  const t0 = i32x4.add(e0, e3);
  const t3 = i32x4.sub(e0, e3);
  const t1 = i32x4.add(e1, e2);
  const t2 = i32x4.sub(e1, e2);

  const z5 = times(i32x4.add(i32x4.add(v7, v3), i32x4.add(v5, v1)), 9633);
  const z1 = times(i32x4.add(v7, v1), -7373);
  const z2 = times(i32x4.add(v5, v3), -20995);
  const z3 = i32x4.add(times(i32x4.add(v7, v3), -16069), z5);
  const z4 = i32x4.add(times(i32x4.add(v5, v1), -3196), z5);
  const o0 = i32x4.add(times(v7, 2446), i32x4.add(z1, z3));
  const o1 = i32x4.add(times(v5, 16819), i32x4.add(z2, z4));
  const o2 = i32x4.add(times(v3, 25172), i32x4.add(z2, z3));
  const o3 = i32x4.add(times(v1, 12299), i32x4.add(z1, z4));

  storeTransposed(
    to,
    i32x4.shr_s(i32x4.add(t0, o3), shift),
    i32x4.shr_s(i32x4.add(t1, o2), shift),
    i32x4.shr_s(i32x4.add(t2, o1), shift),
    i32x4.shr_s(i32x4.add(t3, o0), shift),
  );
  storeTransposed(
    to + 16,
    i32x4.shr_s(i32x4.sub(t3, o0), shift),
    i32x4.shr_s(i32x4.sub(t2, o1), shift),
    i32x4.shr_s(i32x4.sub(t1, o2), shift),
    i32x4.shr_s(i32x4.sub(t0, o3), shift),
  );
}

// @inline
function times(v: v128, factor: i32): v128 {
  return i32x4.mul(v, i32x4.splat(factor));
}

// @inline
function storeTransposed(to: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const ab2 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd2 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(to, v128.shuffle<i64>(ab, cd, 1, 3), 32);
  v128.store(to, v128.shuffle<i64>(ab2, cd2, 0, 2), 64);
  v128.store(to, v128.shuffle<i64>(ab2, cd2, 1, 3), 96);
}

// `block` → 8×8 bytes.
function idct(to: usize, stride: i32, last: i32): void {
  if (last === 0) {
    const level = ((load<i32>(block) + 4) >> 3) + 128;
    const row = i8x16.splat(<i8>max(0, min(255, level)));
    for (let y = 0; y < 8; y++, to += stride) v128.store64_lane(to, row, 0);
    return;
  }
  idctHalf(block, work, 1 << 10, 11);
  idctHalf(block + 16, work + 128, 1 << 10, 11);
  idctHalf(work, block, 1 << 17, 18);
  idctHalf(work + 16, block + 128, 1 << 17, 18);
  const middle = i16x8.splat(128);
  for (let y: usize = 0; y < 256; y += 32, to += stride) {
    const row = i16x8.narrow_i32x4_s(v128.load(block + y), v128.load(block + y, 16));
    const bytes = i16x8.add_sat_s(row, middle);
    v128.store64_lane(to, i8x16.narrow_i16x8_u(bytes, bytes), 0);
  }
}

// Decodes all blocks of the scan [from, to) to the samples of the components.
export function scan(
  from: usize,
  to: usize,
  components: usize,
  count: i32,
  mcusAcross: i32,
  mcusDown: i32,
  restartInterval: i32,
): bool {
  at = from;
  end = to;
  bits = 0;
  bitCount = 0;
  missing = 0;
  let left = restartInterval;
  let restarts = 0;
  for (let y = 0; y < mcusDown; y++) {
    for (let x = 0; x < mcusAcross; x++) {
      if (restartInterval > 0 && left-- === 0) {
        if (!restart(restarts++, components, count)) return false;
        left = restartInterval - 1;
      }
      for (let i = 0; i < count; i++) {
        const component = components + <usize>i * COMPONENT;
        const across = load<i32>(component);
        const down = load<i32>(component + 4);
        const stride = load<i32>(component + 24);
        for (let v = 0; v < down; v++) {
          for (let h = 0; h < across; h++) {
            const last = readBlock(component);
            if (last < 0) return false;
            const row = (y * down + v) * 8;
            const target = load<i32>(component + 20) + row * stride + (x * across + h) * 8;
            idct(<usize>target, stride, last);
          }
        }
      }
    }
    if (missing * 8 > bitCount) return false;
  }
  return true;
}

function restart(number: i32, components: usize, count: i32): bool {
  if (missing * 8 > bitCount) return false;
  // Bytes were read ahead only up to the marker, so it comes next.
  if (at + 2 > end || load<u8>(at) !== 0xff) return false;
  if (<i32>load<u8>(at + 1) !== 0xd0 + (number & 7)) return false;
  at += 2;
  bits = 0;
  bitCount = 0;
  missing = 0;
  for (let i = 0; i < count; i++) store<i32>(components + <usize>i * COMPONENT + 28, 0);
  return true;
}

// One row of chroma at full width: `near` and, where rows are halved too, a quarter of `far`. `sums` is scratch.
function upsampleRow(near: usize, far: usize, width: i32, sums: usize, to: usize): void {
  const both = far !== 0;
  for (let x = 0; x < width; x += 8) {
    const a = i16x8.extend_low_i8x16_u(v128.load64_zero(near + x));
    const sum = both
      ? i16x8.add(i16x8.mul(a, i16x8.splat(3)), i16x8.extend_low_i8x16_u(v128.load64_zero(far + x)))
      : a;
    v128.store(sums + ((<usize>x) << 1), sum);
  }
  store<u16>(sums - 2, load<u16>(sums));
  const last = sums + ((<usize>width) << 1);
  store<u16>(last, load<u16>(last - 2));
  const evenBias = i16x8.splat(both ? 8 : 1);
  const oddBias = i16x8.splat(both ? 7 : 2);
  const shift = both ? 4 : 2;
  for (let x = 0; x < width; x += 8) {
    const own = sums + ((<usize>x) << 1);
    const triple = i16x8.mul(v128.load(own), i16x8.splat(3));
    const left = i16x8.add(i16x8.add(triple, v128.load(own - 2)), evenBias);
    const right = i16x8.add(i16x8.add(triple, v128.load(own + 2)), oddBias);
    const odd = i16x8.shl(i16x8.shr_u(right, shift), 8);
    v128.store(to + ((<usize>x) << 1), v128.or(i16x8.shr_u(left, shift), odd));
  }
}

// Rows of RGB from luma and chroma samples. `chromaWidth` and `chromaHeight` are those of the picture, without padding; `scratch`
// holds three rows of twice the padded width.
export function toRgb(
  components: usize,
  width: i32,
  height: i32,
  chromaWidth: i32,
  chromaHeight: i32,
  scratch: usize,
  scratchStride: i32,
  to: usize,
): void {
  const across = load<i32>(components);
  const down = load<i32>(components + 4);
  const lumaStride = load<i32>(components + 24);
  const chromaStride = load<i32>(components + COMPONENT + 24);
  const blueSamples = <usize>load<i32>(components + COMPONENT + 20);
  const redSamples = <usize>load<i32>(components + 2 * COMPONENT + 20);
  let luma = <usize>load<i32>(components + 20);
  for (let y = 0; y < height; y++) {
    const row = down === 2 ? y >> 1 : y;
    let other = (y & 1) === 0 ? row - 1 : row + 1;
    other = other < 0 ? 0 : other < chromaHeight ? other : chromaHeight - 1;
    let blue = blueSamples + row * chromaStride;
    let red = redSamples + row * chromaStride;
    if (across === 2) {
      const far = other * chromaStride;
      const sums = scratch + 16;
      const wideBlue = scratch + scratchStride;
      const wideRed = wideBlue + scratchStride;
      upsampleRow(blue, down === 2 ? blueSamples + far : 0, chromaWidth, sums, wideBlue);
      upsampleRow(red, down === 2 ? redSamples + far : 0, chromaWidth, sums, wideRed);
      blue = wideBlue;
      red = wideRed;
    }
    for (let x = 0; x < width; x += 4, to += 12) convert(luma + x, blue + x, red + x, to);
    to -= (((width + 3) & ~3) - width) * 3;
    luma += lumaStride;
  }
}

// Four pixels.
// @inline
function convert(luma: usize, blue: usize, red: usize, to: usize): void {
  const y = words(luma);
  const cb = i32x4.sub(words(blue), i32x4.splat(128));
  const cr = i32x4.sub(words(red), i32x4.splat(128));
  const half = i32x4.splat(1 << 15);
  const r = i32x4.add(y, i32x4.shr_s(i32x4.add(times(cr, 91881), half), 16));
  const b = i32x4.add(y, i32x4.shr_s(i32x4.add(times(cb, 116130), half), 16));
  const mixed = i32x4.add(i32x4.add(times(cb, -22554), half), times(cr, -46802));
  const g = i32x4.add(y, i32x4.shr_s(mixed, 16));
  const rg = i16x8.narrow_i32x4_s(r, g);
  const planar = i8x16.narrow_i16x8_u(rg, i16x8.narrow_i32x4_s(b, b));
  v128.store(
    to,
    v128.shuffle<i8>(planar, planar, 0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11, 12, 12, 12, 12),
  );
}

// @inline
function words(from: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(from)));
}
