// Winograd's algorithm for 3 × 3 kernels with a stride of two. Along a dimension the outputs are the sum of two convolutions of
// stride one: the first and the third tap on the even pixels, the second on the odd ones. Four outputs take products at five
// points of the even pixels, 0, 1, −1, 2 and ∞, and at four of these (without 2) of the odd ones: 9 in place of 12, and in two
// dimensions 81 in place of 144. What the four combinations of even and odd give at one point is summed in one product, as if
// they were channels.
//
// Tiles of three (winograd-tiles.ts) leave out the point 2, and ∞ of the odd pixels. Where the polynomial of another point p
// had the factor x − 2, it gets p − 2, so that the weights are the same for all tiles.

import { madd, nmadd } from './abi';
import { Tiles } from './args';
import { Quad0, Quad1, Quad2, Quad3 } from './winograd-passes';
import { goOn, goTo, isNarrow, isShort, leftOf, topOf } from './winograd-tiles';
import { clearBeside, PIXEL, pixelAt, rowAt } from './winograd-transforms';

// Bytes of the scratch memory of a transform: 9 × 9 pixels between its two passes, then a row of zeros.
export const STRIDED_BYTES: usize = 6144;
const ZEROS: usize = 5184;
const ROW: usize = 576;

// The points 2 and ∞ among the elements of a dimension.
const TWO: i32 = 3;
const INFINITE: i32 = 4;

// Makes the zeros; to be called before the transforms.
export function prepareStrided(temp: usize): void {
  memory.fill(temp + ZEROS, 0, ROW);
}

// How many channels' worth of terms element (i, j) sums over, in tiles of three rows or columns or of four.
export function termsOf(i: i32, j: i32, isShort: bool, isNarrow: bool): i32 {
  if ((isShort && i == TWO) || (isNarrow && j == TWO)) return 0;
  if (i == INFINITE && j == INFINITE && isShort && !isNarrow) return 3; // with zeros among them
  const rows = i == TWO || (isShort && i == INFINITE) ? 1 : 2;
  return j == TWO || (isNarrow && j == INFINITE) ? rows : 2 * rows;
}

// Which of them are those of even or odd rows and columns: so that those which a smaller tile lacks come last.
@inline
export function slotOf(i: i32, j: i32, oddRows: bool, oddColumns: bool): i32 {
  if (i == TWO) return <i32>oddColumns;
  return j >= TWO ? <i32>oddRows + 2 * <i32>oddColumns : 2 * <i32>oddRows + <i32>oddColumns;
}

// Five elements of even pixels.
@inline
function evenPass<Q>(p0: usize, p1: usize, p2: usize, p3: usize, p4: usize, q: usize, step: usize, q3: usize, q4: usize): void {
  const two = f32x4.splat(2);
  const e1 = v128.load(p1, offsetof<Q>());
  const e2 = v128.load(p2, offsetof<Q>());
  const e3 = v128.load(p3, offsetof<Q>());
  const odd = f32x4.sub(e3, e1);
  v128.store(q, madd(two, f32x4.sub(v128.load(p0, offsetof<Q>()), e2), odd), offsetof<Q>());
  v128.store(q + step, nmadd(two, e1, f32x4.sub(e3, e2)), offsetof<Q>());
  v128.store(q + 2 * step, madd(two, e1, nmadd(f32x4.splat(3), e2, e3)), offsetof<Q>());
  v128.store(q3, odd, offsetof<Q>());
  v128.store(q4, nmadd(two, odd, f32x4.sub(v128.load(p4, offsetof<Q>()), e2)), offsetof<Q>());
}

// Four elements of odd pixels.
@inline
function oddPass<Q>(p0: usize, p1: usize, p2: usize, p3: usize, q: usize, step: usize, q4: usize): void {
  const o1 = v128.load(p1, offsetof<Q>());
  const o2 = v128.load(p2, offsetof<Q>());
  v128.store(q, f32x4.sub(v128.load(p0, offsetof<Q>()), o2), offsetof<Q>());
  v128.store(q + step, f32x4.add(o1, o2), offsetof<Q>());
  v128.store(q + 2 * step, f32x4.sub(o2, o1), offsetof<Q>());
  v128.store(q4, f32x4.sub(v128.load(p3, offsetof<Q>()), o1), offsetof<Q>());
}

// The same of tiles of three: four elements of even pixels, three of odd ones.
@inline
function shortEvenPass<Q>(p0: usize, p1: usize, p2: usize, p3: usize, q: usize, step: usize, q4: usize): void {
  const e1 = v128.load(p1, offsetof<Q>());
  const e2 = v128.load(p2, offsetof<Q>());
  const even = f32x4.sub(v128.load(p0, offsetof<Q>()), e2);
  v128.store(q, f32x4.add(even, even), offsetof<Q>());
  v128.store(q + step, f32x4.neg(f32x4.add(e1, e2)), offsetof<Q>());
  v128.store(q + 2 * step, f32x4.mul(f32x4.splat(3), f32x4.sub(e1, e2)), offsetof<Q>());
  v128.store(q4, f32x4.sub(v128.load(p3, offsetof<Q>()), e1), offsetof<Q>());
}

@inline
function shortOddPass<Q>(p0: usize, p1: usize, p2: usize, q: usize, step: usize): void {
  const o1 = v128.load(p1, offsetof<Q>());
  const o2 = v128.load(p2, offsetof<Q>());
  v128.store(q, f32x4.sub(v128.load(p0, offsetof<Q>()), o2), offsetof<Q>());
  v128.store(q + step, f32x4.add(o1, o2), offsetof<Q>());
  v128.store(q + 2 * step, f32x4.sub(o2, o1), offsetof<Q>());
}

// The even pixels' elements of 16 channels, of a tile of four or, where `short`, of three.
function evenPixels(short: bool, p0: usize, p1: usize, p2: usize, p3: usize, p4: usize, q: usize, step: usize, q3: usize, q4: usize): void {
  if (short) {
    shortEvenPass<Quad0>(p0, p1, p2, p3, q, step, q4);
    shortEvenPass<Quad1>(p0, p1, p2, p3, q, step, q4);
    shortEvenPass<Quad2>(p0, p1, p2, p3, q, step, q4);
    shortEvenPass<Quad3>(p0, p1, p2, p3, q, step, q4);
    return;
  }
  evenPass<Quad0>(p0, p1, p2, p3, p4, q, step, q3, q4);
  evenPass<Quad1>(p0, p1, p2, p3, p4, q, step, q3, q4);
  evenPass<Quad2>(p0, p1, p2, p3, p4, q, step, q3, q4);
  evenPass<Quad3>(p0, p1, p2, p3, p4, q, step, q3, q4);
}

function oddPixels(short: bool, p0: usize, p1: usize, p2: usize, p3: usize, q: usize, step: usize, q4: usize): void {
  if (short) {
    shortOddPass<Quad0>(p0, p1, p2, q, step);
    shortOddPass<Quad1>(p0, p1, p2, q, step);
    shortOddPass<Quad2>(p0, p1, p2, q, step);
    shortOddPass<Quad3>(p0, p1, p2, q, step);
    return;
  }
  oddPass<Quad0>(p0, p1, p2, p3, q, step, q4);
  oddPass<Quad1>(p0, p1, p2, p3, q, step, q4);
  oddPass<Quad2>(p0, p1, p2, p3, q, step, q4);
  oddPass<Quad3>(p0, p1, p2, p3, q, step, q4);
}

// V of tiles [first, end) of the output: element e of tile t goes to to + e·element + (t − first)·tile.
export function transformStridedInput(
  a: Tiles,
  first: i32,
  end: i32,
  to: usize,
  element: usize,
  tile: usize,
  temp: usize,
): void {
  const zeros = temp + ZEROS;
  goTo(a, first);
  for (let t = first; t < end; t++) {
    const y = 2 * topOf(a) - a.pad;
    const x = 2 * leftOf(a) - a.pad;
    const left = <usize>max(-x, 0) * PIXEL;
    const right = <usize>min(isNarrow ? 7 : 9, a.width - x) * PIXEL;
    clearBeside(temp, left, right, ROW, 9);
    for (let c = 0; c < a.blocks; c++) {
      const corner = pixelAt(a, c, y, x);
      const p0 = rowAt(a, corner, y, 0, zeros);
      const p1 = rowAt(a, corner, y, 1, zeros);
      const p2 = rowAt(a, corner, y, 2, zeros);
      const p3 = rowAt(a, corner, y, 3, zeros);
      const p4 = rowAt(a, corner, y, 4, zeros);
      const p5 = rowAt(a, corner, y, 5, zeros);
      const p6 = rowAt(a, corner, y, 6, zeros);
      const p7 = rowAt(a, corner, y, 7, zeros);
      const p8 = rowAt(a, corner, y, 8, zeros);
      for (let o = left; o < right; o += PIXEL) {
        const q = temp + o;
        evenPixels(isShort, p0 + o, p2 + o, p4 + o, p6 + o, p8 + o, q, ROW, q + 3 * ROW, q + 4 * ROW);
        oddPixels(isShort, p1 + o, p3 + o, p5 + o, p7 + o, q + 5 * ROW, ROW, q + 8 * ROW);
      }
      transformColumns(a, to + <usize>c * PIXEL, element, temp);
    }
    to += tile;
    goOn(a, t + 1);
  }
}

// The second pass, over the columns of each row of elements.
@inline
function transformColumns(a: Tiles, v: usize, element: usize, temp: usize): void {
  const phase = <usize>a.blocks * PIXEL;
  for (let r = 0; r < 9; r++) {
    const oddRows = r > 4;
    const i = r < 5 ? r : r == 8 ? INFINITE : r - 5;
    if (isShort && (i == TWO || r == 8)) continue;
    const p = temp + <usize>r * ROW;
    const row = v + <usize>(5 * i) * element;
    const q = row + <usize>slotOf(i, 0, oddRows, false) * phase;
    const q3 = row + 3 * element + <usize>slotOf(i, TWO, oddRows, false) * phase;
    const q4 = row + 4 * element;
    evenPixels(isNarrow, p, p + 128, p + 256, p + 384, p + 512, q, element, q3, q4 + <usize>slotOf(i, INFINITE, oddRows, false) * phase);
    const odd = row + <usize>slotOf(i, 0, oddRows, true) * phase;
    oddPixels(isNarrow, p + 64, p + 192, p + 320, p + 448, odd, element, q4 + <usize>slotOf(i, INFINITE, oddRows, true) * phase);
  }
  if (isShort && !isNarrow) memory.fill(v + 24 * element + phase, 0, PIXEL);
}

// Four outputs of a dimension, plus `add` and none below `low` in the last pass, which stores the first `count`; of tiles of
// three, three.
@inline
function outputPass<Q>(
  short: bool,
  p: usize,
  from: usize,
  q: usize,
  step: usize,
  isLast: bool,
  count: i32,
  add: usize,
  low: v128,
): void {
  const m1 = v128.load(p + from, offsetof<Q>());
  const m2 = v128.load(p + 2 * from, offsetof<Q>());
  const m4 = v128.load(p + 4 * from, offsetof<Q>());
  const m3 = short ? f32x4.splat(0) : v128.load(p + 3 * from, offsetof<Q>());
  const even = f32x4.add(m1, m2);
  const odd = f32x4.sub(m1, m2);
  let y0 = f32x4.add(v128.load(p, offsetof<Q>()), f32x4.add(even, m3));
  let y1 = madd(f32x4.splat(2), m3, odd);
  let y2 = madd(f32x4.splat(4), m3, even);
  let y3 = f32x4.add(madd(f32x4.splat(8), m3, odd), m4);
  if (short) y2 = f32x4.add(y2, m4);
  if (isLast) {
    const bias = v128.load(add, offsetof<Q>());
    y0 = f32x4.pmax(f32x4.add(y0, bias), low);
    y1 = f32x4.pmax(f32x4.add(y1, bias), low);
    y2 = f32x4.pmax(f32x4.add(y2, bias), low);
    y3 = f32x4.pmax(f32x4.add(y3, bias), low);
  }
  v128.store(q, y0, offsetof<Q>());
  if (count > 1) v128.store(q + step, y1, offsetof<Q>());
  if (count > 2) v128.store(q + 2 * step, y2, offsetof<Q>());
  if (count > 3) v128.store(q + 3 * step, y3, offsetof<Q>());
}

function outputPixels(short: bool, p: usize, from: usize, q: usize, step: usize, isLast: bool, count: i32, add: usize, low: v128): void {
  outputPass<Quad0>(short, p, from, q, step, isLast, count, add, low);
  outputPass<Quad1>(short, p, from, q, step, isLast, count, add, low);
  outputPass<Quad2>(short, p, from, q, step, isLast, count, add, low);
  outputPass<Quad3>(short, p, from, q, step, isLast, count, add, low);
}

// Writes blocks [block, blockEnd) of tiles [first, end) of the output: element e of tile t is read at from + e·element, where the
// blocks of the tiles follow each other. `add` holds a float per channel.
export function transformStridedOutput(
  a: Tiles,
  first: i32,
  end: i32,
  block: i32,
  blockEnd: i32,
  from: usize,
  element: usize,
  add: usize,
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
    const columns = isNarrow ? 3 : min(4, a.width - x);
    for (let c = block; c < blockEnd; c++) {
      const bias = add + <usize>c * PIXEL;
      for (let j = 0; j < 5; j++) {
        if (isNarrow && j == TWO) continue;
        const q = temp + <usize>j * PIXEL;
        outputPixels(isShort, from + <usize>j * element, 5 * element, q, ROW, false, 4, 0, low);
      }
      let q = pixelAt(a, c, y, x);
      for (let r = temp; r < temp + <usize>rows * ROW; r += ROW) {
        outputPixels(isNarrow, r, PIXEL, q, PIXEL, true, columns, bias, low);
        q += rowBytes;
      }
      from += PIXEL;
    }
    goOn(a, t + 1);
  }
}
