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
// Tiles of three (winograd-tiles.ts) have 30 or 25 elements.

import { Tiles } from './args';
import {
  gradientPixel,
  inputPixel,
  outputPixel,
  shortGradientPixel,
  shortInputPixel,
  shortOutputPixel,
} from './winograd-passes';
import { goOn, goTo, image, isNarrow, isShort, leftOf, MISSING, topOf } from './winograd-tiles';

// Bytes of the scratch memory of a transform: a tile between its two passes, then rows of zeros.
export const TEMP_BYTES: usize = 4096;
export const ZEROS: usize = 2304;

// Makes the zeros; to be called before the transforms.
export function prepareTemp(temp: usize): void {
  memory.fill(temp + ZEROS, 0, 448);
}

export const PIXEL: usize = 64;
const ROW: usize = 384; // of a tile of 6 × 6

// The address of pixel (y, x) of block `c` of the image.
@inline
export function pixelAt(a: Tiles, c: i32, y: i32, x: i32): usize {
  return a.data + (<usize>((image * a.blocks + c) * a.height + y) * <usize>a.width + <usize>x) * PIXEL;
}

// Row `r` of a window whose first is row `y` of a block and at `corner`, or `zeros` where the tensor has no such row.
@inline
export function rowAt(a: Tiles, corner: usize, y: i32, r: i32, zeros: usize): usize {
  return y + r >= 0 && y + r < a.height ? corner + <usize>(r * a.width) * PIXEL : zeros;
}

// Zeros beside the columns [left, right) (bytes of a row) of `rows` rows of a tile, `rowBytes` each.
@inline
export function clearBeside(temp: usize, left: usize, right: usize, rowBytes: usize, rows: i32): void {
  if (left) clearColumns(temp, 0, left, rowBytes, rows);
  if (right < rowBytes) clearColumns(temp, right, rowBytes, rowBytes, rows);
}

// Zeros in the columns [from, to) (bytes of a row) of `rows` rows of a tile, `rowBytes` each.
@inline
function clearColumns(temp: usize, from: usize, to: usize, rowBytes: usize, rows: i32): void {
  const zero = f32x4.splat(0);
  for (let o = temp + from; o < temp + to; o += 16) {
    let p = o;
    for (let r = 0; r < rows; r++) {
      v128.store(p, zero);
      p += rowBytes;
    }
  }
}

// V of tiles [first, end): element e of tile t and block c goes to to + e·element + (t − first)·tile + c·block. What lies side by
// side there is made one after the other.
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
  if (block < tile) {
    goTo(a, first);
    for (let t = first; t < end; t++) {
      for (let c = 0; c < a.blocks; c++) inputTile(a, c, to + <usize>c * block, element, temp);
      to += tile;
      goOn(a, t + 1);
    }
    return;
  }
  for (let c = 0; c < a.blocks; c++) {
    let v = to + <usize>c * block;
    goTo(a, first);
    for (let t = first; t < end; t++) {
      inputTile(a, c, v, element, temp);
      v += tile;
      goOn(a, t + 1);
    }
  }
}

// V of block `c` of the tile at which the walk is.
function inputTile(a: Tiles, c: i32, v: usize, element: usize, temp: usize): void {
  const zeros = temp + ZEROS;
  const y = topOf(a) - a.pad;
  const x = leftOf(a) - a.pad;
  const corner = pixelAt(a, c, y, x);
  const p0 = rowAt(a, corner, y, 0, zeros);
  const p1 = rowAt(a, corner, y, 1, zeros);
  const p2 = rowAt(a, corner, y, 2, zeros);
  const p3 = rowAt(a, corner, y, 3, zeros);
  const p4 = rowAt(a, corner, y, 4, zeros);
  const p5 = rowAt(a, corner, y, 5, zeros);
  const left = <usize>max(-x, 0) * PIXEL;
  const right = <usize>min(6, a.width - x) * PIXEL;
  clearBeside(temp, left, right, ROW, 6);
  if (isShort) {
    for (let o = left; o < right; o += PIXEL)
      shortInputPixel(p0 + o, p1 + o, p2 + o, p3 + o, p4 + o, temp + o, ROW);
  } else {
    for (let o = left; o < right; o += PIXEL)
      inputPixel(p0 + o, p1 + o, p2 + o, p3 + o, p4 + o, p5 + o, temp + o, ROW);
  }
  for (let i = 0; i < 6; i++) {
    if (isShort && i == MISSING) continue;
    const p = temp + <usize>i * ROW;
    const q = v + <usize>(6 * i) * element;
    if (isNarrow) shortInputPixel(p, p + 64, p + 128, p + 192, p + 256, q, element);
    else inputPixel(p, p + 64, p + 128, p + 192, p + 256, p + 320, q, element);
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
      const y = topOf(a);
      const x = leftOf(a);
      const p0 = pixelAt(a, c, y, x);
      const p1 = rowAt(a, p0, y, 1, zeros);
      const p2 = rowAt(a, p0, y, 2, zeros);
      const p3 = rowAt(a, p0, y, 3, zeros);
      const right = <usize>min(4, a.width - x) * PIXEL;
      clearBeside(temp, 0, right, row, 6);
      if (isShort) {
        for (let o: usize = 0; o < right; o += PIXEL) shortGradientPixel(p0 + o, rowBytes, temp + o, row);
      } else {
        for (let o: usize = 0; o < right; o += PIXEL) gradientPixel(p0 + o, p1 + o, p2 + o, p3 + o, temp + o, row);
      }
      for (let i = 0; i < 6; i++) {
        if (isShort && i == MISSING) continue;
        const p = temp + <usize>i * row;
        const q = v + <usize>(6 * i) * element;
        if (isNarrow) shortGradientPixel(p, 64, q, element);
        else gradientPixel(p, p + 64, p + 128, p + 192, q, element);
      }
      v += tile;
      goOn(a, t + 1);
    }
  }
}

// Writes blocks [block, blockEnd) of tiles [first, end) of the output: element e of tile t and block c is read at
// from + e·element + (t − first)·tile + (c − block)·64. `add` holds a float per channel; where it `adds`, the output holds what
// the results are added to.
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
  adds: bool,
  floor: f32,
  temp: usize,
): void {
  const rowBytes = <usize>a.width * PIXEL;
  const low = f32x4.splat(floor);
  goTo(a, first);
  for (let t = first; t < end; t++) {
    const y = topOf(a);
    const x = leftOf(a);
    const rows = isShort ? 3 : min(4, a.height - y);
    const columns = min(4, a.width - x);
    let m = from + <usize>(t - first) * tile;
    for (let c = block; c < blockEnd; c++) {
      const bias = add + <usize>c * PIXEL;
      for (let j: usize = 0; j < 6; j++) {
        if (isNarrow && j == MISSING) continue;
        const p = m + j * element;
        const q = temp + j * PIXEL;
        if (isShort) shortOutputPixel(p, 6 * element, q, ROW, false, 0, false, low);
        else outputPixel(p, 6 * element, q, ROW, false, 4, 0, false, low);
      }
      let q = pixelAt(a, c, y, x);
      for (let r = temp; r < temp + <usize>rows * ROW; r += ROW) {
        if (isNarrow) shortOutputPixel(r, PIXEL, q, PIXEL, true, bias, adds, low);
        else outputPixel(r, PIXEL, q, PIXEL, true, columns, bias, adds, low);
        q += rowBytes;
      }
      m += PIXEL;
    }
    goOn(a, t + 1);
  }
}
