// The 3 × 3 kernels' side of Winograd's F(4×4, 3×3): U = G g Gᵀ, and back with the gradient, dg = Gᵀ S G. Four kernels
// at a time, one in each lane, straight from and to PyTorch's [O][I][3][3]; see winograd-transforms.ts.

import { madd } from './abi';
import { transpose } from './transpose';

const SIXTH: f32 = 1.0 / 6;
const TWELFTH: f32 = 1.0 / 12;
const TWENTY_FOURTH: f32 = 1.0 / 24;

// Six outputs of G from three taps, `step` bytes apart.
@inline
function weightPass(a: v128, b: v128, c: v128, to: usize, step: usize): void {
  const sixth = f32x4.splat(SIXTH);
  const sum = f32x4.mul(f32x4.add(a, c), f32x4.splat(-SIXTH));
  const odd = f32x4.mul(b, sixth);
  v128.store(to, f32x4.mul(a, f32x4.splat(0.25)));
  v128.store(to + step, f32x4.sub(sum, odd));
  v128.store(to + 2 * step, f32x4.add(sum, odd));
  const even = madd(a, f32x4.splat(TWENTY_FOURTH), f32x4.mul(c, sixth));
  const half = f32x4.mul(b, f32x4.splat(TWELFTH));
  v128.store(to + 3 * step, f32x4.add(even, half));
  v128.store(to + 4 * step, f32x4.sub(even, half));
  v128.store(to + 5 * step, c);
}

// Three outputs of Gᵀ.
@inline
function tapPass(s0: v128, s1: v128, s2: v128, s3: v128, s4: v128, s5: v128, to: usize, step: usize): void {
  const sixth = f32x4.splat(SIXTH);
  const a = f32x4.mul(f32x4.add(s1, s2), f32x4.splat(-SIXTH));
  const c = f32x4.add(s3, s4);
  const odd = f32x4.mul(f32x4.sub(s3, s4), f32x4.splat(TWELFTH));
  v128.store(to, madd(s0, f32x4.splat(0.25), madd(c, f32x4.splat(TWENTY_FOURTH), a)));
  v128.store(to + step, madd(f32x4.sub(s2, s1), sixth, odd));
  v128.store(to + 2 * step, f32x4.add(madd(c, sixth, a), s5));
}

// U of the four kernels at w, w + lane, …: element e goes to to + e·element. `flipped` turns them by 180°.
export function transformTaps(w: usize, lane: usize, flipped: bool, to: usize, element: usize, temp: usize): void {
  loadTaps(w, lane, flipped ? temp + 128 : temp, flipped ? <usize>-16 : 16);
  const rows = temp + 144;
  for (let o: usize = 0; o < 48; o += 16) {
    const p = temp + o;
    weightPass(v128.load(p), v128.load(p, 48), v128.load(p, 96), rows + o, 48);
  }
  let q = to;
  for (let p = rows; p < rows + 288; p += 48) {
    weightPass(v128.load(p), v128.load(p, 16), v128.load(p, 32), q, element);
    q += 6 * element;
  }
}

// The gradients of the four kernels at w, w + lane, … from the sum of `parts` S, each `part` bytes after the one before.
export function transformTapGradients(
  s: usize,
  element: usize,
  parts: i32,
  part: usize,
  w: usize,
  lane: usize,
  temp: usize,
): void {
  let q = temp;
  for (let j = 0; j < 6; j++) {
    tapPass(
      sumParts(s, parts, part),
      sumParts(s + 6 * element, parts, part),
      sumParts(s + 12 * element, parts, part),
      sumParts(s + 18 * element, parts, part),
      sumParts(s + 24 * element, parts, part),
      sumParts(s + 30 * element, parts, part),
      q,
      96,
    );
    s += element;
    q += 16;
  }
  const taps = temp + 288;
  for (let i: usize = 0; i < 3; i++) {
    const p = temp + i * 96;
    tapPass(
      v128.load(p),
      v128.load(p, 16),
      v128.load(p, 32),
      v128.load(p, 48),
      v128.load(p, 64),
      v128.load(p, 80),
      taps + i * 48,
      16,
    );
  }
  storeTaps(taps, w, lane);
}

@inline
function sumParts(p: usize, parts: i32, part: usize): v128 {
  let sum = v128.load(p);
  for (let i = 1; i < parts; i++) {
    p += part;
    sum = f32x4.add(sum, v128.load(p));
  }
  return sum;
}

// Tap t of four kernels as one vector at to + t·step.
export function loadTaps(w: usize, lane: usize, to: usize, step: usize): void {
  const w1 = w + lane;
  const w2 = w1 + lane;
  const w3 = w2 + lane;
  for (let t: usize = 0; t < 32; t += 16) {
    transpose(w + t, w1 + t, w2 + t, w3 + t, to, to + step, to + 2 * step, to + 3 * step);
    to += 4 * step;
  }
  let last = v128.load32_zero(w, 32);
  last = v128.load32_lane(w1, last, 1, 32);
  last = v128.load32_lane(w2, last, 2, 32);
  v128.store(to, v128.load32_lane(w3, last, 3, 32));
}

// The other way, from vectors 16 bytes apart.
function storeTaps(from: usize, w: usize, lane: usize): void {
  const w1 = w + lane;
  const w2 = w1 + lane;
  const w3 = w2 + lane;
  for (let t: usize = 0; t < 32; t += 16) {
    transpose(from, from + 16, from + 32, from + 48, w + t, w1 + t, w2 + t, w3 + t);
    from += 64;
  }
  const last = v128.load(from);
  v128.store32_lane(w, last, 0, 32);
  v128.store32_lane(w1, last, 1, 32);
  v128.store32_lane(w2, last, 2, 32);
  v128.store32_lane(w3, last, 3, 32);
}
