// Winograd's minimal filtering F(4×4, 3×3) (Lavin & Gray, 2015, https://arxiv.org/abs/1509.09308): an output tile of 4 × 4 pixels
// costs 36 products a channel pair instead of 144. This file moves tiles into and out of the transformed domain:
//
//   input      V = Bᵀ d B    6 × 6 pixels of x that overlap by two
//   weights    U = G g Gᵀ    3 × 3 taps
//   output     y = Aᵀ M A    where M = Σ U ⊙ V over channels
//   gradient   D = A dy Aᵀ   and dg = Gᵀ S G, where S = Σ D ⊙ V over tiles: the transposes of the two above
//
// Tensors are blocked by 16 channels. Each of the 36 elements of a tile goes to its own matrix, `element` bytes after the one before.

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
function inputPass<Q>(p0: usize, p1: usize, p2: usize, p3: usize, p4: usize, p5: usize, q0: usize, q1: usize, q2: usize, q3: usize, q4: usize, q5: usize): void {
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
function gradientPass<Q>(p0: usize, p1: usize, p2: usize, p3: usize, q0: usize, q1: usize, q2: usize, q3: usize, q4: usize, q5: usize): void {
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

// Four outputs of Aᵀ from vectors at p0 … p5, plus `add`, none below `low`; only the first `count` are stored.
@inline
function outputPass<Q>(p0: usize, p1: usize, p2: usize, p3: usize, p4: usize, p5: usize, q0: usize, q1: usize, q2: usize, q3: usize, count: i32, add: v128, low: v128): void {
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
  v128.store(q0, f32x4.pmax(f32x4.add(y0, add), low), offsetof<Q>());
  if (count > 1) v128.store(q1, f32x4.pmax(f32x4.add(y1, add), low), offsetof<Q>());
  if (count > 2) v128.store(q2, f32x4.pmax(f32x4.add(y2, add), low), offsetof<Q>());
  if (count > 3) v128.store(q3, f32x4.pmax(f32x4.add(y3, add), low), offsetof<Q>());
}

// Zeros in the columns [from, to) (bytes of a row) of a tile's `rows` rows of `rowBytes`.
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
export function transformInput(a: Tiles, first: i32, end: i32, to: usize, element: usize, tile: usize, block: usize, temp: usize): void {
  const rowBytes = <usize>a.width * PIXEL;
  const planeBytes = <usize>a.height * rowBytes;
  const perImage = a.down * a.across;
  const zeros = temp + ZEROS;
  for (let c = 0; c < a.blocks; c++) {
    let image = first / perImage;
    let down = (first - image * perImage) / a.across;
    let across = first - image * perImage - down * a.across;
    let v = to + <usize>c * block;
    for (let t = first; t < end; t++) {
      const y = (down << 2) - a.pad;
      const x = (across << 2) - a.pad;
      const corner = a.data + <usize>(image * a.blocks + c) * planeBytes + <usize>y * rowBytes + <usize>x * PIXEL;
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
      for (let o = left; o < right; o += PIXEL) {
        const q0 = temp + o;
        const q1 = q0 + ROW;
        const q2 = q1 + ROW;
        const q3 = q2 + ROW;
        const q4 = q3 + ROW;
        const q5 = q4 + ROW;
        inputPass<Quad0>(p0 + o, p1 + o, p2 + o, p3 + o, p4 + o, p5 + o, q0, q1, q2, q3, q4, q5);
        inputPass<Quad1>(p0 + o, p1 + o, p2 + o, p3 + o, p4 + o, p5 + o, q0, q1, q2, q3, q4, q5);
        inputPass<Quad2>(p0 + o, p1 + o, p2 + o, p3 + o, p4 + o, p5 + o, q0, q1, q2, q3, q4, q5);
        inputPass<Quad3>(p0 + o, p1 + o, p2 + o, p3 + o, p4 + o, p5 + o, q0, q1, q2, q3, q4, q5);
      }
      let q0 = v;
      for (let p = temp; p < temp + 6 * ROW; p += ROW) {
        const q1 = q0 + element;
        const q2 = q1 + element;
        const q3 = q2 + element;
        const q4 = q3 + element;
        const q5 = q4 + element;
        inputPass<Quad0>(p, p + 64, p + 128, p + 192, p + 256, p + 320, q0, q1, q2, q3, q4, q5);
        inputPass<Quad1>(p, p + 64, p + 128, p + 192, p + 256, p + 320, q0, q1, q2, q3, q4, q5);
        inputPass<Quad2>(p, p + 64, p + 128, p + 192, p + 256, p + 320, q0, q1, q2, q3, q4, q5);
        inputPass<Quad3>(p, p + 64, p + 128, p + 192, p + 256, p + 320, q0, q1, q2, q3, q4, q5);
        q0 = q5 + element;
      }
      v += tile;
      if (++across == a.across) {
        across = 0;
        if (++down == a.down) {
          down = 0;
          image++;
        }
      }
    }
  }
}

// D of tiles [first, end) of an output's gradient, stored as transformInput stores V.
export function transformGradient(a: Tiles, first: i32, end: i32, to: usize, element: usize, tile: usize, block: usize, temp: usize): void {
  const rowBytes = <usize>a.width * PIXEL;
  const planeBytes = <usize>a.height * rowBytes;
  const perImage = a.down * a.across;
  const zeros = temp + ZEROS;
  const narrow: usize = 256; // bytes of a row of a tile of 6 × 4
  for (let c = 0; c < a.blocks; c++) {
    let image = first / perImage;
    let down = (first - image * perImage) / a.across;
    let across = first - image * perImage - down * a.across;
    let v = to + <usize>c * block;
    for (let t = first; t < end; t++) {
      const y = down << 2;
      const x = across << 2;
      const p0 = a.data + <usize>(image * a.blocks + c) * planeBytes + <usize>y * rowBytes + <usize>x * PIXEL;
      const p1 = y + 1 < a.height ? p0 + rowBytes : zeros;
      const p2 = y + 2 < a.height ? p0 + 2 * rowBytes : zeros;
      const p3 = y + 3 < a.height ? p0 + 3 * rowBytes : zeros;
      const right = <usize>min(4, a.width - x) * PIXEL;
      if (right < narrow) clearColumns(temp, right, narrow, narrow);
      for (let o: usize = 0; o < right; o += PIXEL) {
        const q0 = temp + o;
        const q1 = q0 + narrow;
        const q2 = q1 + narrow;
        const q3 = q2 + narrow;
        const q4 = q3 + narrow;
        const q5 = q4 + narrow;
        gradientPass<Quad0>(p0 + o, p1 + o, p2 + o, p3 + o, q0, q1, q2, q3, q4, q5);
        gradientPass<Quad1>(p0 + o, p1 + o, p2 + o, p3 + o, q0, q1, q2, q3, q4, q5);
        gradientPass<Quad2>(p0 + o, p1 + o, p2 + o, p3 + o, q0, q1, q2, q3, q4, q5);
        gradientPass<Quad3>(p0 + o, p1 + o, p2 + o, p3 + o, q0, q1, q2, q3, q4, q5);
      }
      let q0 = v;
      for (let p = temp; p < temp + 6 * narrow; p += narrow) {
        const q1 = q0 + element;
        const q2 = q1 + element;
        const q3 = q2 + element;
        const q4 = q3 + element;
        const q5 = q4 + element;
        gradientPass<Quad0>(p, p + 64, p + 128, p + 192, q0, q1, q2, q3, q4, q5);
        gradientPass<Quad1>(p, p + 64, p + 128, p + 192, q0, q1, q2, q3, q4, q5);
        gradientPass<Quad2>(p, p + 64, p + 128, p + 192, q0, q1, q2, q3, q4, q5);
        gradientPass<Quad3>(p, p + 64, p + 128, p + 192, q0, q1, q2, q3, q4, q5);
        q0 = q5 + element;
      }
      v += tile;
      if (++across == a.across) {
        across = 0;
        if (++down == a.down) {
          down = 0;
          image++;
        }
      }
    }
  }
}

// Writes blocks [block, blockEnd) of tiles [first, end) of the output: element e of tile t and block c is read at
// from + e·element + (t − first)·tile + (c − block)·64. `add` holds a float per channel.
export function transformOutput(a: Tiles, first: i32, end: i32, block: i32, blockEnd: i32, from: usize, element: usize, tile: usize, add: usize, floor: f32, temp: usize): void {
  const rowBytes = <usize>a.width * PIXEL;
  const planeBytes = <usize>a.height * rowBytes;
  const perImage = a.down * a.across;
  const row = 6 * element; // from a row of the 6 × 6 elements to the next
  const low = f32x4.splat(floor);
  const none = f32x4.splat(0);
  const lowest = f32x4.splat(-Infinity);
  for (let c = block; c < blockEnd; c++) {
    let image = first / perImage;
    let down = (first - image * perImage) / a.across;
    let across = first - image * perImage - down * a.across;
    let m = from + <usize>(c - block) * PIXEL;
    const bias = add + <usize>c * PIXEL;
    const bias0 = v128.load(bias);
    const bias1 = v128.load(bias, 16);
    const bias2 = v128.load(bias, 32);
    const bias3 = v128.load(bias, 48);
    for (let t = first; t < end; t++) {
      const y = down << 2;
      const x = across << 2;
      let p0 = m;
      for (let q = temp; q < temp + ROW; q += PIXEL) {
        const p1 = p0 + row;
        const p2 = p1 + row;
        const p3 = p2 + row;
        const p4 = p3 + row;
        const p5 = p4 + row;
        outputPass<Quad0>(p0, p1, p2, p3, p4, p5, q, q + ROW, q + 2 * ROW, q + 3 * ROW, 4, none, lowest);
        outputPass<Quad1>(p0, p1, p2, p3, p4, p5, q, q + ROW, q + 2 * ROW, q + 3 * ROW, 4, none, lowest);
        outputPass<Quad2>(p0, p1, p2, p3, p4, p5, q, q + ROW, q + 2 * ROW, q + 3 * ROW, 4, none, lowest);
        outputPass<Quad3>(p0, p1, p2, p3, p4, p5, q, q + ROW, q + 2 * ROW, q + 3 * ROW, 4, none, lowest);
        p0 += element;
      }
      const columns = min(4, a.width - x);
      const rows = min(4, a.height - y);
      let q = a.data + <usize>(image * a.blocks + c) * planeBytes + <usize>y * rowBytes + <usize>x * PIXEL;
      for (let p = temp; p < temp + <usize>rows * ROW; p += ROW) {
        outputPass<Quad0>(p, p + 64, p + 128, p + 192, p + 256, p + 320, q, q + 64, q + 128, q + 192, columns, bias0, low);
        outputPass<Quad1>(p, p + 64, p + 128, p + 192, p + 256, p + 320, q, q + 64, q + 128, q + 192, columns, bias1, low);
        outputPass<Quad2>(p, p + 64, p + 128, p + 192, p + 256, p + 320, q, q + 64, q + 128, q + 192, columns, bias2, low);
        outputPass<Quad3>(p, p + 64, p + 128, p + 192, p + 256, p + 320, q, q + 64, q + 128, q + 192, columns, bias3, low);
        q += rowBytes;
      }
      m += tile;
      if (++across == a.across) {
        across = 0;
        if (++down == a.down) {
          down = 0;
          image++;
        }
      }
    }
  }
}
