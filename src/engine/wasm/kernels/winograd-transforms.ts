// Winograd's minimal filtering F(4×4, 3×3) (Lavin & Gray, 2015, https://arxiv.org/abs/1509.09308): an output tile of 4 × 4
// pixels costs 36 products a channel pair instead of 144. This file moves tiles into and out of the transformed domain:
//
//   input      V = Bᵀ d B    6 × 6 pixels of x that overlap by two
//   weights    U = G g Gᵀ    3 × 3 taps
//   output     y = Aᵀ M A    where M = Σ U ⊙ V over channels
//   gradient   D = A dy Aᵀ   and dg = Gᵀ S G, where S = Σ D ⊙ V over tiles: the transposes of the two above
//
// Tensors are blocked by 16 channels. Each of the 36 elements of a tile goes to a matrix of its own, `element` bytes after
// the one before. All transforms are two passes of a one-dimensional one, over columns and then over rows.

import { madd, nmadd } from './abi';

// A tensor cut into tiles of 4 × 4 pixels, the first of which starts `pad` rows and columns outside.
@unmanaged
export class Tiles {
  data: usize; // [images][blocks][height][width][16]
  height: i32;
  width: i32;
  blocks: i32;
  pad: i32;
  down: i32; // tiles in a column of an image
  across: i32; // tiles in a row
}

// The words of a kernel that reads one tiled tensor and reads or writes another: the Tiles of both, then its own.
export const TWO_TILES: usize = 2 * offsetof<Tiles>();

// Bytes of the scratch memory of a transform: a tile between its two passes, then a row of zeros.
export const TEMP_BYTES: usize = 4096;
const ZEROS: usize = 2304;

// Makes the zeros; to be called before the transforms.
export function prepareTemp(temp: usize): void {
  memory.fill(temp + ZEROS, 0, 448);
}

// A vector's place in a pixel of 16 channels, as a type: the offset of a load must be known to the compiler.
@unmanaged class Quad0 {}
@unmanaged class Quad1 { a: u64; b: u64; }
@unmanaged class Quad2 { a: u64; b: u64; c: u64; d: u64; }
@unmanaged class Quad3 { a: u64; b: u64; c: u64; d: u64; e: u64; f: u64; }

const PIXEL: usize = 64;
const ROW: usize = 384; // of a tile of 6 × 6

// Six outputs of Bᵀ from vectors at p0 … p5.
@inline
function inputPass<Q>(
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  p4: usize,
  p5: usize,
  q0: usize,
  q1: usize,
  q2: usize,
  q3: usize,
  q4: usize,
  q5: usize,
): void {
  const two = f32x4.splat(2);
  const four = f32x4.splat(4);
  const five = f32x4.splat(5);
  const d0 = v128.load(p0, offsetof<Q>());
  const d1 = v128.load(p1, offsetof<Q>());
  const d2 = v128.load(p2, offsetof<Q>());
  const d3 = v128.load(p3, offsetof<Q>());
  const d4 = v128.load(p4, offsetof<Q>());
  const d5 = v128.load(p5, offsetof<Q>());
  v128.store(q0, madd(four, d0, nmadd(five, d2, d4)), offsetof<Q>());
  const a = nmadd(four, d2, d4);
  const b = nmadd(four, d1, d3);
  v128.store(q1, f32x4.add(a, b), offsetof<Q>());
  v128.store(q2, f32x4.sub(a, b), offsetof<Q>());
  const c = f32x4.sub(d4, d2);
  const e = f32x4.sub(d3, d1);
  v128.store(q3, madd(two, e, c), offsetof<Q>());
  v128.store(q4, nmadd(two, e, c), offsetof<Q>());
  v128.store(q5, madd(four, d1, nmadd(five, d3, d5)), offsetof<Q>());
}

// Six outputs of A from vectors at p0 … p3.
@inline
function gradientPass<Q>(
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  q0: usize,
  q1: usize,
  q2: usize,
  q3: usize,
  q4: usize,
  q5: usize,
): void {
  const two = f32x4.splat(2);
  const four = f32x4.splat(4);
  const d0 = v128.load(p0, offsetof<Q>());
  const d1 = v128.load(p1, offsetof<Q>());
  const d2 = v128.load(p2, offsetof<Q>());
  const d3 = v128.load(p3, offsetof<Q>());
  v128.store(q0, d0, offsetof<Q>());
  const a = f32x4.add(d0, d2);
  const b = f32x4.add(d1, d3);
  v128.store(q1, f32x4.add(a, b), offsetof<Q>());
  v128.store(q2, f32x4.sub(a, b), offsetof<Q>());
  const c = madd(four, d2, d0);
  const e = madd(four, d3, d1);
  v128.store(q3, madd(two, e, c), offsetof<Q>());
  v128.store(q4, nmadd(two, e, c), offsetof<Q>());
  v128.store(q5, d3, offsetof<Q>());
}

// Four outputs of Aᵀ from vectors at p0 … p5; in the last pass plus `add`, none below `low`, and only the first `count`.
@inline
function outputPass<Q>(
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  p4: usize,
  p5: usize,
  q0: usize,
  q1: usize,
  q2: usize,
  q3: usize,
  isLast: bool,
  count: i32,
  add: usize,
  low: v128,
): void {
  const two = f32x4.splat(2);
  const four = f32x4.splat(4);
  const eight = f32x4.splat(8);
  const m1 = v128.load(p1, offsetof<Q>());
  const m2 = v128.load(p2, offsetof<Q>());
  const m3 = v128.load(p3, offsetof<Q>());
  const m4 = v128.load(p4, offsetof<Q>());
  const s1 = f32x4.add(m1, m2);
  const d1 = f32x4.sub(m1, m2);
  const s2 = f32x4.add(m3, m4);
  const d2 = f32x4.sub(m3, m4);
  const m0 = v128.load(p0, offsetof<Q>());
  const m5 = v128.load(p5, offsetof<Q>());
  const y0 = f32x4.add(m0, f32x4.add(s1, s2));
  const y1 = madd(two, d2, d1);
  const y2 = madd(four, s2, s1);
  const y3 = madd(eight, d2, f32x4.add(d1, m5));
  if (isLast) {
    const bias = v128.load(add, offsetof<Q>());
    v128.store(q0, f32x4.pmax(f32x4.add(y0, bias), low), offsetof<Q>());
    if (count > 1) v128.store(q1, f32x4.pmax(f32x4.add(y1, bias), low), offsetof<Q>());
    if (count > 2) v128.store(q2, f32x4.pmax(f32x4.add(y2, bias), low), offsetof<Q>());
    if (count > 3) v128.store(q3, f32x4.pmax(f32x4.add(y3, bias), low), offsetof<Q>());
  } else {
    v128.store(q0, y0, offsetof<Q>());
    v128.store(q1, y1, offsetof<Q>());
    v128.store(q2, y2, offsetof<Q>());
    v128.store(q3, y3, offsetof<Q>());
  }
}

// A pixel of 16 channels through a pass; so the next two.
@inline
function inputPixel(
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  p4: usize,
  p5: usize,
  to: usize,
  step: usize,
): void {
  const q1 = to + step;
  const q2 = q1 + step;
  const q3 = q2 + step;
  const q4 = q3 + step;
  const q5 = q4 + step;
  inputPass<Quad0>(p0, p1, p2, p3, p4, p5, to, q1, q2, q3, q4, q5);
  inputPass<Quad1>(p0, p1, p2, p3, p4, p5, to, q1, q2, q3, q4, q5);
  inputPass<Quad2>(p0, p1, p2, p3, p4, p5, to, q1, q2, q3, q4, q5);
  inputPass<Quad3>(p0, p1, p2, p3, p4, p5, to, q1, q2, q3, q4, q5);
}

@inline
function gradientPixel(p0: usize, p1: usize, p2: usize, p3: usize, to: usize, step: usize): void {
  const q1 = to + step;
  const q2 = q1 + step;
  const q3 = q2 + step;
  const q4 = q3 + step;
  const q5 = q4 + step;
  gradientPass<Quad0>(p0, p1, p2, p3, to, q1, q2, q3, q4, q5);
  gradientPass<Quad1>(p0, p1, p2, p3, to, q1, q2, q3, q4, q5);
  gradientPass<Quad2>(p0, p1, p2, p3, to, q1, q2, q3, q4, q5);
  gradientPass<Quad3>(p0, p1, p2, p3, to, q1, q2, q3, q4, q5);
}

// In the last pass adds `add` (16 floats) and stores the first `count` of the four outputs, none below `low`.
@inline
function outputPixel(
  p: usize,
  from: usize,
  to: usize,
  step: usize,
  isLast: bool,
  count: i32,
  add: usize,
  low: v128,
): void {
  const p1 = p + from;
  const p2 = p1 + from;
  const p3 = p2 + from;
  const p4 = p3 + from;
  const p5 = p4 + from;
  const q1 = to + step;
  const q2 = q1 + step;
  const q3 = q2 + step;
  outputPass<Quad0>(p, p1, p2, p3, p4, p5, to, q1, q2, q3, isLast, count, add, low);
  outputPass<Quad1>(p, p1, p2, p3, p4, p5, to, q1, q2, q3, isLast, count, add, low);
  outputPass<Quad2>(p, p1, p2, p3, p4, p5, to, q1, q2, q3, isLast, count, add, low);
  outputPass<Quad3>(p, p1, p2, p3, p4, p5, to, q1, q2, q3, isLast, count, add, low);
}

// Where this thread's walk over tiles is.
let image: i32 = 0;
let down: i32 = 0;
let across: i32 = 0;

function goTo(a: Tiles, tile: i32): void {
  const perImage = a.down * a.across;
  image = tile / perImage;
  down = (tile - image * perImage) / a.across;
  across = tile - image * perImage - down * a.across;
}

@inline
function goOn(a: Tiles): void {
  if (++across < a.across) return;
  across = 0;
  if (++down < a.down) return;
  down = 0;
  image++;
}

// The address of pixel (y, x) of block `c` of the image.
@inline
function pixelAt(a: Tiles, c: i32, y: i32, x: i32): usize {
  return a.data + (<usize>((image * a.blocks + c) * a.height + y) * <usize>a.width + <usize>x) * PIXEL;
}

// Zeros in the columns [from, to) (bytes of a row) of a tile's 6 rows of `rowBytes`.
@inline
function clearColumns(temp: usize, from: usize, to: usize, rowBytes: usize): void {
  const zero = f32x4.splat(0);
  for (let o = temp + from; o < temp + to; o += 16) {
    let p = o;
    for (let r = 0; r < 6; r++) {
      v128.store(p, zero);
      p += rowBytes;
    }
  }
}

// V of tiles [first, end): element e of tile t and block c goes to to + e·element + (t − first)·tile + c·block.
export function transformInput(
  a: Tiles,
  first: i32,
  end: i32,
  to: usize,
  element: usize,
  tile: usize,
  block: usize,
  temp: usize,
): void {
  const rowBytes = <usize>a.width * PIXEL;
  const zeros = temp + ZEROS;
  for (let c = 0; c < a.blocks; c++) {
    let v = to + <usize>c * block;
    goTo(a, first);
    for (let t = first; t < end; t++) {
      const y = (down << 2) - a.pad;
      const x = (across << 2) - a.pad;
      const corner = pixelAt(a, c, y, x);
      const p0 = y >= 0 && y < a.height ? corner : zeros;
      const p1 = y + 1 >= 0 && y + 1 < a.height ? corner + rowBytes : zeros;
      const p2 = y + 2 < a.height ? corner + 2 * rowBytes : zeros;
      const p3 = y + 3 < a.height ? corner + 3 * rowBytes : zeros;
      const p4 = y + 4 < a.height ? corner + 4 * rowBytes : zeros;
      const p5 = y + 5 < a.height ? corner + 5 * rowBytes : zeros;
      const left = <usize>max(-x, 0) * PIXEL;
      const right = <usize>min(6, a.width - x) * PIXEL;
      if (left) clearColumns(temp, 0, left, ROW);
      if (right < ROW) clearColumns(temp, right, ROW, ROW);
      for (let o = left; o < right; o += PIXEL)
        inputPixel(p0 + o, p1 + o, p2 + o, p3 + o, p4 + o, p5 + o, temp + o, ROW);
      let q = v;
      for (let p = temp; p < temp + 6 * ROW; p += ROW) {
        inputPixel(p, p + 64, p + 128, p + 192, p + 256, p + 320, q, element);
        q += 6 * element;
      }
      v += tile;
      goOn(a);
    }
  }
}

// D of tiles [first, end) of an output's gradient, stored as transformInput stores V.
export function transformGradient(
  a: Tiles,
  first: i32,
  end: i32,
  to: usize,
  element: usize,
  tile: usize,
  block: usize,
  temp: usize,
): void {
  const rowBytes = <usize>a.width * PIXEL;
  const zeros = temp + ZEROS;
  const row: usize = 4 * PIXEL; // of a tile between the passes, 6 × 4
  for (let c = 0; c < a.blocks; c++) {
    let v = to + <usize>c * block;
    goTo(a, first);
    for (let t = first; t < end; t++) {
      const y = down << 2;
      const x = across << 2;
      const p0 = pixelAt(a, c, y, x);
      const p1 = y + 1 < a.height ? p0 + rowBytes : zeros;
      const p2 = y + 2 < a.height ? p0 + 2 * rowBytes : zeros;
      const p3 = y + 3 < a.height ? p0 + 3 * rowBytes : zeros;
      const right = <usize>min(4, a.width - x) * PIXEL;
      if (right < row) clearColumns(temp, right, row, row);
      for (let o: usize = 0; o < right; o += PIXEL) gradientPixel(p0 + o, p1 + o, p2 + o, p3 + o, temp + o, row);
      let q = v;
      for (let p = temp; p < temp + 6 * row; p += row) {
        gradientPixel(p, p + 64, p + 128, p + 192, q, element);
        q += 6 * element;
      }
      v += tile;
      goOn(a);
    }
  }
}

// Writes blocks [block, blockEnd) of tiles [first, end) of the output: element e of tile t and block c is read at
// from + e·element + (t − first)·tile + (c − block)·64. `add` holds a float per channel.
export function transformOutput(
  a: Tiles,
  first: i32,
  end: i32,
  block: i32,
  blockEnd: i32,
  from: usize,
  element: usize,
  tile: usize,
  add: usize,
  floor: f32,
  temp: usize,
): void {
  const rowBytes = <usize>a.width * PIXEL;
  const low = f32x4.splat(floor);
  for (let c = block; c < blockEnd; c++) {
    const bias = add + <usize>c * PIXEL;
    let m = from + <usize>(c - block) * PIXEL;
    goTo(a, first);
    for (let t = first; t < end; t++) {
      let p = m;
      for (let q = temp; q < temp + ROW; q += PIXEL) {
        outputPixel(p, 6 * element, q, ROW, false, 4, 0, low);
        p += element;
      }
      const y = down << 2;
      const x = across << 2;
      const rows = min(4, a.height - y);
      const columns = min(4, a.width - x);
      let q = pixelAt(a, c, y, x);
      for (let r = temp; r < temp + <usize>rows * ROW; r += ROW) {
        outputPixel(r, PIXEL, q, PIXEL, true, columns, bias, low);
        q += rowBytes;
      }
      m += tile;
      goOn(a);
    }
  }
}
