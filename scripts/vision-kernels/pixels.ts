// The inner loops of src/vision/pixels/ for large pictures (AssemblyScript): the same exact numbers as the TypeScript there.
//
// The two passes of a resize, in SIMD.
// Of output position i, `count[i]` weights of 22 fractional bits start at weights[i · tapStride], for source positions from
// `first[i]` on. Reads and writes may reach 16 bytes past the end of a buffer.

const HALF: i32 = 1 << 21;

// Rows of RGB bytes, scaled horizontally to `width` pixels.
export function acrossRgb(
  src: usize,
  stride: i32,
  rows: i32,
  first: usize,
  count: usize,
  weights: usize,
  tapStride: i32,
  width: i32,
  dst: usize,
): void {
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < width; x++) {
      let from = src + <usize>load<i32>(first + ((<usize>x) << 2)) * 3;
      let weight = weights + ((<usize>(x * tapStride)) << 2);
      const end = weight + ((<usize>load<i32>(count + ((<usize>x) << 2))) << 2);
      let sum = i32x4.splat(HALF);
      for (; weight < end; weight += 4, from += 3) {
        const pixel = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(from)));
        sum = i32x4.add(sum, i32x4.mul(pixel, v128.load32_splat(weight)));
      }
      store32(dst, sum);
      dst += 3;
    }
    src += stride;
  }
}

// Rows of grey bytes, scaled horizontally to `width` pixels.
export function acrossGrey(
  src: usize,
  stride: i32,
  rows: i32,
  first: usize,
  count: usize,
  weights: usize,
  tapStride: i32,
  width: i32,
  dst: usize,
): void {
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < width; x++) {
      let from = src + load<i32>(first + ((<usize>x) << 2));
      let weight = weights + ((<usize>(x * tapStride)) << 2);
      const end = weight + ((<usize>load<i32>(count + ((<usize>x) << 2))) << 2);
      let sum = HALF;
      for (; weight < end; weight += 4, from++) sum += <i32>load<u8>(from) * load<i32>(weight);
      sum >>= 22;
      store<u8>(dst++, <u8>max(0, min(255, sum)));
    }
    src += stride;
  }
}

// The vertical pass: `rows` rows of `length` bytes from a strip whose first row is source position `top`.
export function down(
  strip: usize,
  length: i32,
  top: i32,
  rows: i32,
  first: usize,
  count: usize,
  weights: usize,
  tapStride: i32,
  dst: usize,
): void {
  for (let y = 0; y < rows; y++) {
    const start = strip + <usize>((load<i32>(first + ((<usize>y) << 2)) - top) * length);
    const firstWeight = weights + ((<usize>(y * tapStride)) << 2);
    const end = firstWeight + ((<usize>load<i32>(count + ((<usize>y) << 2))) << 2);
    for (let x = 0; x < length; x += 16) {
      let a = i32x4.splat(HALF);
      let b = a;
      let c = a;
      let d = a;
      let from = start + x;
      for (let at = firstWeight; at < end; at += 4, from += length) {
        const weight = v128.load32_splat(at);
        const bytes = v128.load(from);
        const low = i16x8.extend_low_i8x16_u(bytes);
        const high = i16x8.extend_high_i8x16_u(bytes);
        a = i32x4.add(a, i32x4.mul(i32x4.extend_low_i16x8_u(low), weight));
        b = i32x4.add(b, i32x4.mul(i32x4.extend_high_i16x8_u(low), weight));
        c = i32x4.add(c, i32x4.mul(i32x4.extend_low_i16x8_u(high), weight));
        d = i32x4.add(d, i32x4.mul(i32x4.extend_high_i16x8_u(high), weight));
      }
      const low = i16x8.narrow_i32x4_s(i32x4.shr_s(a, 22), i32x4.shr_s(b, 22));
      const high = i16x8.narrow_i32x4_s(i32x4.shr_s(c, 22), i32x4.shr_s(d, 22));
      v128.store(dst + x, i8x16.narrow_i16x8_u(low, high));
    }
    dst += length;
  }
}

// A nearest-neighbour warp of RGB bytes: output pixel (j, i) shows source pixel (rowX[i] + addX[j], rowY[i] + addY[j]) (16.16 fixed
// point), or the colour in the lower three bytes of `fill` where that lies outside.
export function warpRgb(
  src: usize,
  width: i32,
  height: i32,
  addX: usize,
  addY: usize,
  across: i32,
  rowX: usize,
  rowY: usize,
  rows: i32,
  fill: i32,
  to: usize,
): void {
  for (let i: usize = 0; i < <usize>rows; i++) {
    const startX = load<i32>(rowX + (i << 2));
    const startY = load<i32>(rowY + (i << 2));
    for (let j: usize = 0; j < <usize>across; j++, to += 3) {
      const x = (startX + load<i32>(addX + (j << 2))) >> 16;
      const y = (startY + load<i32>(addY + (j << 2))) >> 16;
      const inside = <u32>x < <u32>width && <u32>y < <u32>height;
      store<i32>(to, inside ? load<i32>(src + (y * width + x) * 3) : fill);
    }
  }
}

// RGB bytes to three planes of floats, through a table of 256 floats for each channel.
export function planesRgb(src: usize, count: i32, table: usize, to: usize): void {
  const plane = (<usize>count) << 2;
  for (const end = to + plane; to < end; to += 4, src += 3) {
    store<f32>(to, load<f32>(table + ((<usize>load<u8>(src)) << 2)));
    store<f32>(to + plane, load<f32>(table + ((<usize>load<u8>(src, 1)) << 2), 1024));
    store<f32>(to + 2 * plane, load<f32>(table + ((<usize>load<u8>(src, 2)) << 2), 2048));
  }
}

// @inline
function store32(dst: usize, sum: v128): void {
  const words = i32x4.shr_s(sum, 22);
  const halves = i16x8.narrow_i32x4_s(words, words);
  v128.store32_lane(dst, i8x16.narrow_i16x8_u(halves, halves), 0);
}
