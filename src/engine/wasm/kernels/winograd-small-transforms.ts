// Winograd's F(2×2, 3×3): an output tile of 2 × 2 pixels costs 16 products a channel pair instead of 36, from the points 0, 1, −1
// and ∞. What is transformed, and where it goes, is as in winograd-transforms.ts; the last tiles may reach outside. All tiles are
// full, so that each starts at half of where one of 4 × 4 pixels would (winograd-tiles.ts).

import { Tiles } from './args';
import { loadTaps } from './winograd-taps';
import { countOf, goOn, goTo, leftOf, topOf } from './winograd-tiles';
import { clearBeside, PIXEL, pixelAt, rowAt, ZEROS } from './winograd-transforms';

const ROW: usize = 256; // of a tile of 4 × 4

// Four outputs of Bᵀ from pixels at p0 … p3.
function inputPixel(p0: usize, p1: usize, p2: usize, p3: usize, q: usize, step: usize): void {
  for (let end = q + PIXEL; q < end; q += 16) {
    const d1 = v128.load(p1);
    const d2 = v128.load(p2);
    v128.store(q, f32x4.sub(v128.load(p0), d2));
    v128.store(q + step, f32x4.add(d1, d2));
    v128.store(q + 2 * step, f32x4.sub(d2, d1));
    v128.store(q + 3 * step, f32x4.sub(d1, v128.load(p3)));
    p0 += 16;
    p1 += 16;
    p2 += 16;
    p3 += 16;
  }
}

// V of tiles [first, end): element e of tile t and block c goes to to + e·element + t·tile + c·PIXEL.
export function transformSmallInput(a: Tiles, first: i32, end: i32, to: usize, element: usize, tile: usize, temp: usize): void {
  const zeros = temp + ZEROS;
  goTo(a, first);
  for (let t = first; t < end; t++) {
    const y = (topOf(a) >> 1) - a.pad;
    const x = (leftOf(a) >> 1) - a.pad;
    const left = <usize>max(-x, 0) * PIXEL;
    const right = <usize>min(4, a.width - x) * PIXEL;
    clearBeside(temp, left, right, ROW, 4);
    for (let c = 0; c < a.blocks; c++) {
      const corner = pixelAt(a, c, y, x);
      const p0 = rowAt(a, corner, y, 0, zeros);
      const p1 = rowAt(a, corner, y, 1, zeros);
      const p2 = rowAt(a, corner, y, 2, zeros);
      const p3 = rowAt(a, corner, y, 3, zeros);
      for (let o = left; o < right; o += PIXEL) inputPixel(p0 + o, p1 + o, p2 + o, p3 + o, temp + o, ROW);
      let q = to + <usize>t * tile + <usize>c * PIXEL;
      for (let p = temp; p < temp + 4 * ROW; p += ROW) {
        inputPixel(p, p + PIXEL, p + 2 * PIXEL, p + 3 * PIXEL, q, element);
        q += 4 * element;
      }
    }
    goOn(a, t + 1);
  }
}

// Writes blocks [block, blockEnd) of all tiles of the output, as transformOutput in winograd-transforms.ts does.
export function transformSmallOutput(
  a: Tiles,
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
  const tiles = countOf(a);
  const rowBytes = <usize>a.width * PIXEL;
  goTo(a, 0);
  for (let t = 0; t < tiles; t++) {
    const y = topOf(a) >> 1;
    const x = leftOf(a) >> 1;
    const rows = min(2, a.height - y);
    const columns = min(2, a.width - x);
    for (let c = block; c < blockEnd; c++) {
      const m = from + <usize>t * tile + <usize>(c - block) * PIXEL;
      for (let j: usize = 0; j < 4; j++) {
        const p = m + j * element;
        const q = temp + j * PIXEL;
        for (let o: usize = 0; o < PIXEL; o += 16) {
          const m1 = v128.load(p + 4 * element + o);
          const m2 = v128.load(p + 8 * element + o);
          v128.store(q + o, f32x4.add(v128.load(p + o), f32x4.add(m1, m2)));
          v128.store(q + o + ROW, f32x4.sub(f32x4.sub(m1, m2), v128.load(p + 12 * element + o)));
        }
      }
      let q = pixelAt(a, c, y, x);
      for (let r = temp; r < temp + <usize>rows * ROW; r += ROW) {
        outputRow(r, q, columns, add + <usize>c * PIXEL, adds, floor);
        q += rowBytes;
      }
    }
    goOn(a, t + 1);
  }
}

// One or two pixels of a row from four at p.
function outputRow(p: usize, q: usize, columns: i32, add: usize, adds: bool, floor: f32): void {
  const low = f32x4.splat(floor);
  for (let end = q + PIXEL; q < end; q += 16) {
    const m1 = v128.load(p, 64);
    const m2 = v128.load(p, 128);
    const bias = v128.load(add);
    let y0 = f32x4.add(bias, f32x4.add(v128.load(p), f32x4.add(m1, m2)));
    if (adds) y0 = f32x4.add(y0, v128.load(q));
    v128.store(q, f32x4.pmax(y0, low));
    if (columns > 1) {
      let y1 = f32x4.add(bias, f32x4.sub(f32x4.sub(m1, m2), v128.load(p, 192)));
      if (adds) y1 = f32x4.add(y1, v128.load(q, 64));
      v128.store(q, f32x4.pmax(y1, low), 64);
    }
    p += 16;
    add += 16;
  }
}

// Four outputs of G from three taps, `step` bytes apart.
@inline
function weightPass(p: usize, tap: usize, to: usize, step: usize): void {
  const half = f32x4.splat(0.5);
  const a = v128.load(p);
  const b = v128.load(p + tap);
  const c = v128.load(p + 2 * tap);
  const even = f32x4.mul(f32x4.add(a, c), half);
  const odd = f32x4.mul(b, half);
  v128.store(to, a);
  v128.store(to + step, f32x4.add(even, odd));
  v128.store(to + 2 * step, f32x4.sub(even, odd));
  v128.store(to + 3 * step, c);
}

// U of the four kernels at w, w + lane, …: element e goes to to + e·element.
export function transformSmallTaps(w: usize, lane: usize, to: usize, element: usize, temp: usize): void {
  const rows = temp + 144;
  loadTaps(w, lane, temp, 16);
  for (let o: usize = 0; o < 48; o += 16) weightPass(temp + o, 48, rows + o, 48);
  for (let p = rows; p < rows + 192; p += 48) {
    weightPass(p, 16, to, element);
    to += 4 * element;
  }
}
