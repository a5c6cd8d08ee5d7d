// Winograd's minimal filtering along rows: m outputs of r taps from eight points, m + r = 9, for kernels too large or with too
// few channels for tiles of two dimensions. The rows of a kernel are summed as in direct convolution.
//
//   input      v = Bᵀ d    8 pixels of x that overlap by r − 1
//   weights    u = G g     r taps
//   output     y = Aᵀ m    where m = Σ u ⊙ v over channels and kernel rows
//   gradient   A dy        and dg = Gᵀ s, where s = Σ A dy ⊙ v over tiles: the transposes of the two above
//
// The points are 0, ±1, ±2, ±½ and ∞: A's column of point p is 1, p, p², …, and G's row the same times a factor. A convolution
// with a stride of s is one of stride 1 whose pixels are s neighbours together, s times the channels, so r = ⌈width / s⌉.
//
// A strip is a few rows of an image. Each of the eight elements of its tiles goes to a matrix of its own, 192 bytes after
// the end of the one before: strides that are powers of two would all fall on the same lines of the caches.

import { madd, nmadd } from './abi';
import { RowsArgs } from './args';

// What follows from the arguments of the kernels in winograd-rows.ts and winograd-rows-weight.ts.
@unmanaged
export class Rows extends RowsArgs {
  // Floats of a pixel of x as it is stored.
  @inline
  get stored(): i32 {
    return this.blocks * <i32>(this.pixel >> 2);
  }

  // Floats that one tap multiplies: those of `strideWidth` pixels.
  @inline
  get lanes(): i32 {
    return this.strideWidth * this.stored;
  }

  // Bytes of a tile's element: the lanes in whole vectors.
  @inline
  get tile(): usize {
    return <usize>((this.lanes + 3) & ~3) << 2;
  }

  // Output channels, those that fill the last block included.
  @inline
  get columns(): i32 {
    return this.yBlocks * <i32>(this.yPixel >> 2);
  }

  // Pixels (of `strideWidth`) that the tiles of a row read.
  @inline
  get positions(): i32 {
    return (this.across - 1) * this.outputs + 8;
  }

  // Rows of a strip's input that follow each other in steps of the stride.
  @inline
  get rowsPerPhase(): i32 {
    return this.rowsPerStrip + (this.kernelHeight - 1) / this.strideHeight;
  }

  @inline
  get inputRow(): usize {
    return <usize>this.across * this.tile;
  }

  @inline
  get inputMatrix(): usize {
    return <usize>(this.rowsPerPhase * this.strideHeight) * this.inputRow + PAD;
  }

  @inline
  get outputMatrix(): usize {
    return (<usize>(this.rowsPerStrip * this.across * this.columns) << 2) + PAD;
  }

  // The first row that kernel row `i` reads, from the start of a matrix of the input: rows that the stride separates lie
  // together, so that the tiles of all output rows follow each other.
  @inline
  kernelRow(i: i32): usize {
    return <usize>((i % this.strideHeight) * this.rowsPerPhase + i / this.strideHeight) * this.inputRow;
  }
}

const PAD: usize = 192;

// Bytes of zeros at the front of the transforms' scratch memory, before a row of x.
const ZEROS: usize = 64;

// Makes the zeros, and those between pixels: to be called before the transforms. Returns the end of their scratch memory.
export function prepareRow(a: Rows, temp: usize): usize {
  const bytes = ZEROS + <usize>a.positions * a.tile;
  memory.fill(temp, 0, bytes);
  return temp + bytes;
}

// Copies the pixels of a row of x to where the tiles find them; the pixels around stay zero.
function gather(a: Rows, x: usize, to: usize): void {
  const stride = a.strideWidth;
  const first = max(0, -a.padLeft);
  const end = min(a.width, a.positions * stride - a.padLeft);
  const pixel = a.pixel;
  const start = (first + a.padLeft) % stride;
  const phase = <usize>a.stored << 2;
  const rest = a.tile - <usize>stride * phase; // after the last pixel of a position
  if (pixel == 4) {
    gatherPlanes(a, x + (<usize>first << 2), first + a.padLeft, end + a.padLeft, to);
    return;
  }
  to += <usize>((first + a.padLeft) / stride) * a.tile + <usize>start * phase;
  if (phase == pixel && rest == 0) {
    if (first < end) memory.copy(to, x + <usize>first * pixel, <usize>(end - first) * pixel);
    return;
  }
  for (let c = 0; c < a.blocks; c++) {
    let from = x + <usize>c * a.xBlock + <usize>first * pixel;
    const last = x + <usize>c * a.xBlock + <usize>end * pixel;
    let at = to;
    let left = stride - start;
    while (from < last) {
      const next = from + pixel;
      let q = at;
      while (from + 16 <= next) {
        v128.store(q, v128.load(from));
        from += 16;
        q += 16;
      }
      while (from < next) {
        store<f32>(q, load<f32>(from));
        from += 4;
        q += 4;
      }
      at += phase;
      if (--left == 0) {
        left = stride;
        at += rest;
      }
    }
    to += pixel;
  }
}

// The same where each channel is a plane of its own, of pixels [first, end) counted from the first position's: a channel of every
// `strideWidth`-th pixel at a time, a tile apart.
function gatherPlanes(a: Rows, x: usize, first: i32, end: i32, to: usize): void {
  const stride = a.strideWidth;
  const step = <usize>stride << 2;
  const tile = a.tile;
  const last = x + (<usize>max(0, end - first) << 2);
  for (let c = 0; c < a.blocks; c++) {
    const offset = <usize>c * a.xBlock;
    for (let i = first; i < min(end, first + stride); i++) {
      let at = to + <usize>(i / stride) * tile + (<usize>((i % stride) * a.blocks + c) << 2);
      for (let from = x + offset + (<usize>(i - first) << 2); from < last + offset; from += step) {
        store<f32>(at, load<f32>(from));
        at += tile;
      }
    }
  }
}

// v of the rows that output rows first … first + rows of an image at `x` read.
export function transformRows(a: Rows, x: usize, first: i32, rows: i32, to: usize, temp: usize): void {
  const element = a.inputMatrix;
  const stride = a.strideHeight;
  const top = first * stride - a.padTop;
  const count = (rows - 1) * stride + a.kernelHeight;
  const bytes = a.inputRow;
  for (let r = 0; r < count; r++) {
    const row = to + a.kernelRow(r);
    if (top + r < 0 || top + r >= a.height) {
      for (let e: usize = 0; e < 8; e++) memory.fill(row + e * element, 0, bytes);
      continue;
    }
    gather(a, x + <usize>((top + r) * a.width) * a.pixel, temp + ZEROS);
    transformRow(a, temp + ZEROS, row, element);
  }
}

function transformRow(a: Rows, from: usize, to: usize, element: usize): void {
  const tile = a.tile;
  const next = <usize>(a.outputs - 1) * tile; // from the end of a tile's first pixel to the next tile
  const end = to + a.inputRow;
  while (to < end) {
    const last = to + tile;
    while (to < last) {
      inputPass(from, tile, to, element);
      from += 16;
      to += 16;
    }
    from += next;
  }
}

// Eight outputs of Bᵀ from vectors `step` bytes apart.
@inline
function inputPass(p: usize, step: usize, q: usize, element: usize): void {
  const p2 = p + 2 * step;
  const p4 = p2 + 2 * step;
  const p6 = p4 + 2 * step;
  const d2 = v128.load(p2);
  const d4 = v128.load(p4);
  const d6 = v128.load(p6);
  const wide = f32x4.splat(5.25);
  v128.store(q, madd(wide, f32x4.sub(d4, d2), f32x4.sub(v128.load(p), d6)));
  const d1 = v128.load(p + step);
  const d3 = v128.load(p2 + step);
  const d5 = v128.load(p4 + step);
  v128.store(q + 7 * element, madd(wide, f32x4.sub(d3, d5), f32x4.sub(v128.load(p6 + step), d1)));

  const middle = f32x4.splat(4.25);
  const even1 = nmadd(middle, d4, f32x4.add(d2, d6));
  const odd1 = nmadd(middle, d3, f32x4.add(d1, d5));
  v128.store(q + element, f32x4.add(even1, odd1));
  v128.store(q + 2 * element, f32x4.sub(even1, odd1));

  const two = f32x4.splat(2);
  const half = f32x4.splat(0.5);
  const most = f32x4.splat(2.5);
  const even2 = madd(f32x4.splat(0.25), d2, nmadd(f32x4.splat(1.25), d4, d6));
  const odd2 = madd(half, d1, nmadd(most, d3, f32x4.mul(two, d5)));
  v128.store(q + 3 * element, f32x4.add(even2, odd2));
  v128.store(q + 4 * element, f32x4.sub(even2, odd2));

  const even3 = madd(f32x4.splat(4), d2, nmadd(f32x4.splat(5), d4, d6));
  const odd3 = madd(two, d1, nmadd(most, d3, f32x4.mul(half, d5)));
  v128.store(q + 5 * element, f32x4.add(even3, odd3));
  v128.store(q + 6 * element, f32x4.sub(even3, odd3));
}

// Writes output rows first … first + rows of an image at `y` from the eight matrices at `from`.
export function transformRowsBack(a: Rows, from: usize, y: usize, first: i32, rows: i32): void {
  const element = a.outputMatrix;
  const step = <usize>a.columns << 2; // between tiles
  const yRow = <usize>a.outWidth * a.yPixel;
  const low = f32x4.splat(a.floor);
  for (let c = 0; c < a.yBlocks; c++) {
    const block = <usize>c * a.yPixel;
    let to = y + <usize>c * a.yBlock + <usize>first * yRow;
    let p = from + block;
    for (let r = 0; r < rows; r++) {
      let q = to;
      for (let x = 0; x < a.outWidth; x += a.outputs) {
        const count = min(a.outputs, a.outWidth - x);
        for (let o: usize = 0; o < a.yPixel; o += 16) {
          const add = a.add ? v128.load(a.add + block + o) : f32x4.splat(0);
          outputPass(p + o, element, q + o, a.yPixel, a.outputs, count, add, low);
        }
        p += step;
        q += <usize>a.outputs * a.yPixel;
      }
      to += yRow;
    }
  }
}

// Four or five outputs of Aᵀ, `count` of which are stored.
@inline
function outputPass(
  p: usize,
  element: usize,
  q: usize,
  step: usize,
  outputs: i32,
  count: i32,
  add: v128,
  low: v128,
): void {
  const p1 = p + element;
  const p3 = p1 + 2 * element;
  const p5 = p3 + 2 * element;
  const m1 = v128.load(p1);
  const m2 = v128.load(p1 + element);
  const m3 = v128.load(p3);
  const m4 = v128.load(p3 + element);
  const m5 = v128.load(p5);
  const m6 = v128.load(p5 + element);
  const even1 = f32x4.add(f32x4.add(m1, m2), add);
  const odd1 = f32x4.add(f32x4.sub(m1, m2), add);
  const even2 = f32x4.add(m3, m4);
  const odd2 = f32x4.sub(m3, m4);
  const even3 = f32x4.add(m5, m6);
  const odd3 = f32x4.sub(m5, m6);
  const last = v128.load(p5 + 2 * element);
  v128.store(q, f32x4.pmax(f32x4.add(f32x4.add(v128.load(p), even1), f32x4.add(even2, even3)), low));
  if (count == 1) return;
  const half = f32x4.splat(0.5);
  const quarter = f32x4.splat(0.25);
  const two = f32x4.splat(2);
  const four = f32x4.splat(4);
  q += step;
  v128.store(q, f32x4.pmax(madd(two, odd2, madd(half, odd3, odd1)), low));
  if (count == 2) return;
  q += step;
  v128.store(q, f32x4.pmax(madd(four, even2, madd(quarter, even3, even1)), low));
  if (count == 3) return;
  q += step;
  const y3 = madd(f32x4.splat(8), odd2, madd(f32x4.splat(0.125), odd3, odd1));
  v128.store(q, f32x4.pmax(outputs == 4 ? f32x4.add(y3, last) : y3, low));
  if (count == 4) return;
  const y4 = madd(f32x4.splat(16), even2, madd(f32x4.splat(0.0625), even3, f32x4.add(even1, last)));
  v128.store(q + step, f32x4.pmax(y4, low));
}

// The eight matrices of rows first … first + rows of an output's gradient at `y`.
export function transformGradientRows(a: Rows, y: usize, first: i32, rows: i32, to: usize, temp: usize): void {
  const element = a.outputMatrix;
  const step = <usize>a.columns << 2;
  const yRow = <usize>a.outWidth * a.yPixel;
  for (let c = 0; c < a.yBlocks; c++) {
    let from = y + <usize>c * a.yBlock + <usize>first * yRow;
    let q = to + <usize>c * a.yPixel;
    for (let r = 0; r < rows; r++) {
      let p = from;
      for (let x = 0; x < a.outWidth; x += a.outputs) {
        const count = min(a.outputs, a.outWidth - x);
        for (let o: usize = 0; o < a.yPixel; o += 16)
          gradientPass(p + o, a.yPixel, a.outputs, count, q + o, element, temp);
        p += <usize>a.outputs * a.yPixel;
        q += step;
      }
      from += yRow;
    }
  }
}

// Eight outputs of A from `count` vectors at p, p + step, …; `zeros` is read in place of the others.
@inline
function gradientPass(p: usize, step: usize, outputs: i32, count: i32, q: usize, element: usize, zeros: usize): void {
  const p2 = p + 2 * step;
  const p4 = p2 + 2 * step;
  const d0 = v128.load(p);
  const d1 = v128.load(count > 1 ? p + step : zeros);
  const d2 = v128.load(count > 2 ? p2 : zeros);
  const d3 = v128.load(count > 3 ? p2 + step : zeros);
  const d4 = v128.load(count > 4 ? p4 : zeros);
  v128.store(q, d0);
  v128.store(q + 7 * element, outputs == 4 ? d3 : d4);
  const even1 = f32x4.add(f32x4.add(d0, d2), d4);
  const odd1 = f32x4.add(d1, d3);
  v128.store(q + element, f32x4.add(even1, odd1));
  v128.store(q + 2 * element, f32x4.sub(even1, odd1));
  const two = f32x4.splat(2);
  const even2 = madd(f32x4.splat(16), d4, madd(f32x4.splat(4), d2, d0));
  const odd2 = madd(f32x4.splat(8), d3, f32x4.mul(two, d1));
  v128.store(q + 3 * element, f32x4.add(even2, odd2));
  v128.store(q + 4 * element, f32x4.sub(even2, odd2));
  const even3 = madd(f32x4.splat(0.0625), d4, madd(f32x4.splat(0.25), d2, d0));
  const odd3 = madd(f32x4.splat(0.125), d3, f32x4.mul(f32x4.splat(0.5), d1));
  v128.store(q + 5 * element, f32x4.add(even3, odd3));
  v128.store(q + 6 * element, f32x4.sub(even3, odd3));
}
