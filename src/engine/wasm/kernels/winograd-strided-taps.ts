// The 3 × 3 kernels' side of Winograd's algorithm with a stride of two; see winograd-strided-transforms.ts. Four kernels at a
// time, one in each lane, straight from PyTorch's [O][I][3][3].

import { loadTaps } from './winograd-taps';
import { slotOf, termsOf } from './winograd-strided-transforms';

// Five elements of two taps that meet even pixels.
@inline
function evenTaps(a: v128, b: v128, to: usize, step: usize): void {
  const half = f32x4.mul(a, f32x4.splat(0.5));
  v128.store(to, half);
  v128.store(to + step, f32x4.mul(f32x4.add(a, b), f32x4.splat(-0.5)));
  v128.store(to + 2 * step, f32x4.mul(f32x4.sub(b, a), f32x4.splat(SIXTH)));
  v128.store(to + 3 * step, f32x4.mul(f32x4.add(f32x4.add(a, b), b), f32x4.splat(SIXTH)));
  v128.store(to + 4 * step, b);
}

// Four of the tap that meets odd pixels.
@inline
function oddTap(a: v128, to: usize, step: usize): void {
  const half = f32x4.mul(a, f32x4.splat(0.5));
  v128.store(to, a);
  v128.store(to + step, half);
  v128.store(to + 2 * step, half);
  v128.store(to + 3 * step, a);
}

const SIXTH: f32 = 1.0 / 6;
const ROWS: usize = 192; // of the scratch memory, behind the taps: nine rows of three vectors
const ELEMENTS: usize = 640; // and nine vectors of a row

// U of the four kernels at w, w + lane, … of one input channel and half of panel `panel` of output channels, from `to` on.
export function transformStridedTaps(
  w: usize,
  lane: usize,
  to: usize,
  panel: i32,
  channels: i32,
  element: usize,
  temp: usize,
): void {
  const rows = temp + ROWS;
  const line = temp + ELEMENTS;
  loadTaps(w, lane, temp, 16);
  for (let x: usize = 0; x < 48; x += 16) {
    const p = temp + x;
    evenTaps(v128.load(p), v128.load(p, 96), rows + x, 48);
    oddTap(v128.load(p, 48), rows + 240 + x, 48);
  }
  for (let r = 0; r < 9; r++) {
    const p = rows + <usize>r * 48;
    evenTaps(v128.load(p), v128.load(p, 32), line, 16);
    oddTap(v128.load(p, 16), line + 80, 16);
    const isOdd = r > 4;
    const i = r < 5 ? r : r == 8 ? 4 : r - 5;
    for (let c = 0; c < 9; c++) {
      const j = c < 5 ? c : c == 8 ? 4 : c - 5;
      const slot = panel * termsOf(i, j, false, false) + slotOf(i, j, isOdd, c > 4);
      const at = to + <usize>(5 * i + j) * element + (<usize>(slot * channels) << 5);
      v128.store(at, v128.load(line + (<usize>c << 4)));
    }
  }
}
