// The one-dimensional transforms of winograd-transforms.ts, on pixels of 16 channels.

import { madd, nmadd } from './abi';

// A vector's place in a pixel of 16 channels, as a type: the offset of a load must be known to the compiler.
@unmanaged export class Quad0 {}
@unmanaged export class Quad1 { a: u64; b: u64; }
@unmanaged export class Quad2 { a: u64; b: u64; c: u64; d: u64; }
@unmanaged export class Quad3 { a: u64; b: u64; c: u64; d: u64; e: u64; f: u64; }

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

// Stores a vector of the output: where it `adds`, on top of what is there, and nothing below `low`.
@inline
function finish<Q>(q: usize, y: v128, adds: bool, low: v128): void {
  if (adds) y = f32x4.add(y, v128.load(q, offsetof<Q>()));
  v128.store(q, f32x4.pmax(y, low), offsetof<Q>());
}

// Four outputs of Aᵀ from vectors at p0 … p5; in the last pass plus `add`, finished, and only the first `count`.
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
  adds: bool,
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
    finish<Q>(q0, f32x4.add(y0, bias), adds, low);
    if (count > 1) finish<Q>(q1, f32x4.add(y1, bias), adds, low);
    if (count > 2) finish<Q>(q2, f32x4.add(y2, bias), adds, low);
    if (count > 3) finish<Q>(q3, f32x4.add(y3, bias), adds, low);
  } else {
    v128.store(q0, y0, offsetof<Q>());
    v128.store(q1, y1, offsetof<Q>());
    v128.store(q2, y2, offsetof<Q>());
    v128.store(q3, y3, offsetof<Q>());
  }
}

// Tiles of three leave out the fifth point, −2. Where the polynomial of another point p had the factor x + 2, it gets p + 2,
// so that the weights are the same for all tiles.

// Five outputs of Bᵀ for tiles of three.
@inline
function shortInputPass<Q>(
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  p4: usize,
  q: usize,
  step: usize,
): void {
  const q2 = q + 2 * step;
  const two = f32x4.splat(2);
  const three = f32x4.splat(3);
  const four = f32x4.splat(4);
  const d1 = v128.load(p1, offsetof<Q>());
  const d2 = v128.load(p2, offsetof<Q>());
  const d3 = v128.load(p3, offsetof<Q>());
  const odd = f32x4.sub(d3, d1);
  const even = f32x4.sub(v128.load(p0, offsetof<Q>()), d2);
  v128.store(q, madd(four, even, f32x4.mul(two, odd)), offsetof<Q>());
  v128.store(q + step, f32x4.mul(three, nmadd(two, d1, f32x4.sub(d3, d2))), offsetof<Q>());
  v128.store(q2, madd(two, d1, nmadd(three, d2, d3)), offsetof<Q>());
  v128.store(q2 + step, f32x4.mul(four, odd), offsetof<Q>());
  const last = f32x4.sub(v128.load(p4, offsetof<Q>()), d2);
  v128.store(q2 + 3 * step, nmadd(two, odd, last), offsetof<Q>());
}

// Five outputs of A for tiles of three.
@inline
function shortGradientPass<Q>(p: usize, from: usize, q: usize, step: usize): void {
  const q2 = q + 2 * step;
  const d0 = v128.load(p, offsetof<Q>());
  const d1 = v128.load(p + from, offsetof<Q>());
  const d2 = v128.load(p + 2 * from, offsetof<Q>());
  const even = f32x4.add(d0, d2);
  v128.store(q, d0, offsetof<Q>());
  v128.store(q + step, f32x4.add(even, d1), offsetof<Q>());
  v128.store(q2, f32x4.sub(even, d1), offsetof<Q>());
  v128.store(q2 + step, madd(f32x4.splat(4), d2, madd(f32x4.splat(2), d1, d0)), offsetof<Q>());
  v128.store(q2 + 3 * step, d2, offsetof<Q>());
}

// Three outputs of Aᵀ, in the last pass plus `add` and finished.
@inline
function shortOutputPass<Q>(
  p: usize,
  from: usize,
  q: usize,
  step: usize,
  isLast: bool,
  add: usize,
  adds: bool,
  low: v128,
): void {
  const p2 = p + 2 * from;
  const m1 = v128.load(p + from, offsetof<Q>());
  const m2 = v128.load(p2, offsetof<Q>());
  const m3 = v128.load(p2 + from, offsetof<Q>());
  const even = f32x4.add(m1, m2);
  const y0 = f32x4.add(f32x4.add(v128.load(p, offsetof<Q>()), even), m3);
  const y1 = madd(f32x4.splat(2), m3, f32x4.sub(m1, m2));
  const y2 = madd(f32x4.splat(4), m3, f32x4.add(even, v128.load(p2 + 3 * from, offsetof<Q>())));
  if (isLast) {
    const bias = v128.load(add, offsetof<Q>());
    finish<Q>(q, f32x4.add(y0, bias), adds, low);
    finish<Q>(q + step, f32x4.add(y1, bias), adds, low);
    finish<Q>(q + 2 * step, f32x4.add(y2, bias), adds, low);
  } else {
    v128.store(q, y0, offsetof<Q>());
    v128.store(q + step, y1, offsetof<Q>());
    v128.store(q + 2 * step, y2, offsetof<Q>());
  }
}

// A pixel of 16 channels through a pass; so the next two.
@inline
export function inputPixel(
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
export function gradientPixel(p0: usize, p1: usize, p2: usize, p3: usize, to: usize, step: usize): void {
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

// In the last pass adds `add` (16 floats) and stores the first `count` of the four outputs, finished.
@inline
export function outputPixel(
  p: usize,
  from: usize,
  to: usize,
  step: usize,
  isLast: bool,
  count: i32,
  add: usize,
  adds: bool,
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
  outputPass<Quad0>(p, p1, p2, p3, p4, p5, to, q1, q2, q3, isLast, count, add, adds, low);
  outputPass<Quad1>(p, p1, p2, p3, p4, p5, to, q1, q2, q3, isLast, count, add, adds, low);
  outputPass<Quad2>(p, p1, p2, p3, p4, p5, to, q1, q2, q3, isLast, count, add, adds, low);
  outputPass<Quad3>(p, p1, p2, p3, p4, p5, to, q1, q2, q3, isLast, count, add, adds, low);
}

// The same for tiles of three.
export function shortInputPixel(
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  p4: usize,
  to: usize,
  step: usize,
): void {
  shortInputPass<Quad0>(p0, p1, p2, p3, p4, to, step);
  shortInputPass<Quad1>(p0, p1, p2, p3, p4, to, step);
  shortInputPass<Quad2>(p0, p1, p2, p3, p4, to, step);
  shortInputPass<Quad3>(p0, p1, p2, p3, p4, to, step);
}

export function shortGradientPixel(p: usize, from: usize, to: usize, step: usize): void {
  shortGradientPass<Quad0>(p, from, to, step);
  shortGradientPass<Quad1>(p, from, to, step);
  shortGradientPass<Quad2>(p, from, to, step);
  shortGradientPass<Quad3>(p, from, to, step);
}

export function shortOutputPixel(
  p: usize,
  from: usize,
  to: usize,
  step: usize,
  isLast: bool,
  add: usize,
  adds: bool,
  low: v128,
): void {
  shortOutputPass<Quad0>(p, from, to, step, isLast, add, adds, low);
  shortOutputPass<Quad1>(p, from, to, step, isLast, add, adds, low);
  shortOutputPass<Quad2>(p, from, to, step, isLast, add, adds, low);
  shortOutputPass<Quad3>(p, from, to, step, isLast, add, adds, low);
}
