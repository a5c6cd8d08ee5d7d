// Max pooling of x [U][H][W][B] to y [U][H'][W'][B]: U images × channel blocks, B channels, B % 4 = 0; otherwise as in
// ./max-pool.ts, whose list of arguments 4 … 17 is that of these kernels too. Work is split by output rows, or, where windows may
// overlap in the backward pass, by planes. Kernels named …Bf16 have x, y and gradients in bfloat16 (./elements.ts).

import { A, F, I } from './abi';
import { load1, load4, loadNext4, span, store4 } from './elements';
import { endTap, firstTap, wins } from './max-pool';
import { bytes, unitStart } from './share';

// Where `value` wins its number, elsewhere `at`.
@inline
function placed(at: v128, number: v128, value: v128, best: v128): v128 {
  return v128.bitselect(number, at, wins(value, best));
}

// The greater, the first of equal ones, and NaN if either is: `best` where it is not replaced.
@inline
function greater(best: v128, value: v128): v128 {
  return v128.or(f32x4.pmax(best, value), f32x4.ne(value, value));
}

// Eight channels of a window that lies inside the image: taps at x + offset.
function poolEight<T>(x: usize, offsets: usize, taps: i32, y: usize, index: usize, low: v128): void {
  let best0 = load4<T>(x);
  let best1 = loadNext4<T>(x);
  let at0 = i32x4.splat(0);
  let at1 = i32x4.splat(0);
  let number = i32x4.splat(1);
  const end = offsets + bytes(taps);
  offsets += 4;
  while (offsets < end) {
    const p = x + <usize>load<i32>(offsets);
    const v0 = load4<T>(p);
    const v1 = loadNext4<T>(p);
    at0 = placed(at0, number, v0, best0);
    at1 = placed(at1, number, v1, best1);
    best0 = greater(best0, v0);
    best1 = greater(best1, v1);
    number = i32x4.add(number, i32x4.splat(1));
    offsets += 4;
  }
  store4<T>(y, f32x4.pmax(best0, low));
  store4<T>(y + span<T>(4), f32x4.pmax(best1, low));
  const shorts = i16x8.narrow_i32x4_u(at0, at1);
  v128.store64_lane(index, i8x16.narrow_i16x8_u(shorts, shorts), 0);
}

@inline
function poolBlocks<T>(args: usize, tid: i32, threads: i32): void {
  const low = f32x4.splat(F(args, 3));
  const height = I(args, 5);
  const width = I(args, 6);
  const block = I(args, 7);
  const outHeight = I(args, 8);
  const outWidth = I(args, 9);
  const kernelH = I(args, 10);
  const kernelW = I(args, 11);
  const dilationH = I(args, 16);
  const dilationW = I(args, 17);
  const stepW = span<T>(dilationW * block);
  const end = unitStart(I(args, 4) * outHeight, tid + 1, threads);
  for (let row = unitStart(I(args, 4) * outHeight, tid, threads); row < end; row++) {
    const plane = A(args, 0) + span<T>((row / outHeight) * height * width * block);
    const top = (row % outHeight) * I(args, 12) - I(args, 14);
    const firstH = firstTap(top, dilationH);
    const endH = endTap(top, dilationH, height, kernelH);
    for (let j = 0; j < outWidth; j++) {
      const left = j * I(args, 13) - I(args, 15);
      const firstW = firstTap(left, dilationW);
      const endW = endTap(left, dilationW, width, kernelW);
      const inside = endH - firstH == kernelH && endW - firstW == kernelW;
      const to = (row * outWidth + j) * block;
      let c = 0;
      if (inside)
        for (; c + 8 <= block; c += 8) {
          const x = plane + span<T>((top * width + left) * block + c);
          poolEight<T>(
            x,
            A(args, 18),
            kernelH * kernelW,
            A(args, 1) + span<T>(to + c),
            A(args, 2) + <usize>(to + c),
            low,
          );
        }
      for (; c < block; c += 4) {
        let best = f32x4.splat(-Infinity);
        let at = i32x4.splat(firstH * kernelW + firstW); // where all are −∞
        for (let u = firstH; u < endH; u++) {
          let p =
            plane + span<T>(((top + u * dilationH) * width + left + firstW * dilationW) * block + c);
          for (let v = firstW; v < endW; v++) {
            const value = load4<T>(p);
            at = placed(at, i32x4.splat(u * kernelW + v), value, best);
            best = greater(best, value);
            p += stepW;
          }
        }
        store4<T>(A(args, 1) + span<T>(to + c), f32x4.pmax(best, low));
        storeIndex(A(args, 2) + <usize>(to + c), at);
      }
    }
  }
}

// 0 x, 1 y, 2 index (u8, u·kW + v in the window), 3 low (f32: results below it become it; 0 for a relu, −∞ for none), 4 … 17,
// 18 taps (i32 [kH·kW]: bytes from a window's first element to each); B % 4 = 0
export function maxPoolBlocks(args: usize, tid: i32, threads: i32): void {
  poolBlocks<f32>(args, tid, threads);
}
export function maxPoolBlocksBf16(args: usize, tid: i32, threads: i32): void {
  poolBlocks<u16>(args, tid, threads);
}

// Four numbers below 256 as bytes.
@inline
export function storeIndex(p: usize, at: v128): void {
  const shorts = i16x8.narrow_i32x4_u(at, at);
  v128.store32_lane(p, i8x16.narrow_i16x8_u(shorts, shorts), 0);
}

// Four bytes as numbers.
@inline
export function loadIndex(p: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(p)));
}

// Each output adds to the input that it came from, in floats: in place, or in scratch memory where dx is narrower.
@inline
function scatterBlocks<T>(args: usize, tid: i32, threads: i32): void {
  const relu = A(args, 3);
  const width = I(args, 6);
  const block = I(args, 7);
  const outHeight = I(args, 8);
  const outWidth = I(args, 9);
  const size = I(args, 5) * width * block;
  const outSize = outHeight * outWidth * block;
  const taps = A(args, 18);
  const scratch = A(args, 19) + <usize>(tid * I(args, 20));
  const end = unitStart(I(args, 4), tid + 1, threads);
  for (let unit = unitStart(I(args, 4), tid, threads); unit < end; unit++) {
    const dx = A(args, 1) + span<T>(unit * size);
    const sums = sizeof<T>() == 4 ? dx : scratch;
    memory.fill(sums, 0, bytes(size));
    let dy = A(args, 0) + span<T>(unit * outSize);
    let y = relu + span<T>(unit * outSize);
    let index = A(args, 2) + <usize>(unit * outSize);
    for (let i = 0; i < outHeight; i++)
      for (let j = 0; j < outWidth; j++) {
        const top = i * I(args, 12) - I(args, 14);
        let origin = sums + bytes((top * width + j * I(args, 13) - I(args, 15)) * block);
        const last = dy + span<T>(block);
        while (dy < last) {
          if (relu == 0 || !(load1<T>(y) <= 0)) {
            const to = origin + <usize>load<i32>(taps + bytes(load<u8>(index)));
            store<f32>(to, load<f32>(to) + load1<T>(dy));
          }
          origin += 4;
          dy += span<T>(1);
          y += span<T>(1);
          index++;
        }
      }
    if (sizeof<T>() != 4)
      for (let k = 0; k < size; k += 4) store4<T>(dx + span<T>(k), v128.load(sums + bytes(k)));
  }
}

// 0 dy, 1 dx, 2 index (u8), 3 y (0: none, else a relu was applied: no gradient where y ≤ 0), 4 … 17 as above,
// 18 taps in bytes of floats, 19 scratch for a plane of dx in floats (…Bf16 alone), 20 its bytes for each thread. Works by planes.
export function maxPoolBlocksBackward(args: usize, tid: i32, threads: i32): void {
  scatterBlocks<f32>(args, tid, threads);
}
export function maxPoolBlocksBackwardBf16(args: usize, tid: i32, threads: i32): void {
  scatterBlocks<u16>(args, tid, threads);
}

@inline
function poolPairs<T>(args: usize, tid: i32, threads: i32): void {
  const low = f32x4.splat(F(args, 3));
  const height = I(args, 5);
  const width = I(args, 6);
  const block = I(args, 7);
  const outHeight = I(args, 8);
  const outWidth = I(args, 9);
  const step = span<T>(block);
  const rowBytes = step * width;
  const end = unitStart(I(args, 4) * outHeight, tid + 1, threads);
  for (let row = unitStart(I(args, 4) * outHeight, tid, threads); row < end; row++) {
    const top = (row / outHeight) * height + ((row % outHeight) << 1);
    for (let c = 0; c < block; c += 4) {
      let x = A(args, 0) + <usize>top * rowBytes + span<T>(c);
      const to = row * outWidth * block + c;
      let y = A(args, 1) + span<T>(to);
      let index = A(args, 2) + <usize>to;
      const last = y + <usize>outWidth * step;
      while (y < last) {
        let best = load4<T>(x);
        const right = load4<T>(x + step);
        const below = load4<T>(x + rowBytes);
        const corner = load4<T>(x + rowBytes + step);
        const w1 = wins(right, best);
        best = v128.bitselect(right, best, w1);
        const w2 = wins(below, best);
        best = v128.bitselect(below, best, w2);
        const w3 = wins(corner, best);
        best = v128.bitselect(corner, best, w3);
        store4<T>(y, f32x4.pmax(best, low));
        let at = v128.and(w1, i32x4.splat(1));
        at = v128.bitselect(i32x4.splat(2), at, w2);
        storeIndex(index, v128.bitselect(i32x4.splat(3), at, w3));
        index += block;
        x += step << 1;
        y += step;
      }
    }
  }
}

// maxPoolBlocks for windows 2 × 2, stride 2, no padding.
export function maxPoolBlocks2x2(args: usize, tid: i32, threads: i32): void {
  poolPairs<f32>(args, tid, threads);
}
export function maxPoolBlocks2x2Bf16(args: usize, tid: i32, threads: i32): void {
  poolPairs<u16>(args, tid, threads);
}

@inline
function scatterPairs<T>(args: usize, tid: i32, threads: i32): void {
  const relu = A(args, 3);
  const height = I(args, 5);
  const width = I(args, 6);
  const block = I(args, 7);
  const outHeight = I(args, 8);
  const outWidth = I(args, 9);
  const step = span<T>(block);
  const rowBytes = step * width;
  const zero = f32x4.splat(0);
  const end = unitStart(I(args, 4) * outHeight, tid + 1, threads);
  for (let row = unitStart(I(args, 4) * outHeight, tid, threads); row < end; row++) {
    const i = row % outHeight;
    const rows = A(args, 1) + <usize>((row / outHeight) * height + (i << 1)) * rowBytes;
    for (let c = 0; c < block; c += 4) {
      let dx = rows + span<T>(c);
      const from = row * outWidth * block + c;
      let dy = A(args, 0) + span<T>(from);
      let index = A(args, 2) + <usize>from;
      let y = relu + span<T>(from);
      const last = dy + <usize>outWidth * step;
      while (dy < last) {
        let g = load4<T>(dy);
        if (relu) g = v128.andnot(g, f32x4.le(load4<T>(y), zero));
        const at = loadIndex(index);
        store4<T>(dx, v128.and(g, i32x4.eq(at, zero)));
        store4<T>(dx + step, v128.and(g, i32x4.eq(at, i32x4.splat(1))));
        store4<T>(dx + rowBytes, v128.and(g, i32x4.eq(at, i32x4.splat(2))));
        store4<T>(dx + rowBytes + step, v128.and(g, i32x4.eq(at, i32x4.splat(3))));
        dx += step << 1;
        dy += step;
        index += block;
        y += step;
      }
    }
    // The last column and row of odd sizes are in no window.
    if (width & 1) {
      memory.fill(rows + rowBytes - step, 0, step);
      memory.fill(rows + rowBytes + rowBytes - step, 0, step);
    }
    if (height & 1 && i == outHeight - 1) memory.fill(rows + rowBytes + rowBytes, 0, rowBytes);
  }
}

// maxPoolBlocksBackward for windows 2 × 2, stride 2, no padding. Work is split by output rows.
export function maxPoolBlocks2x2Backward(args: usize, tid: i32, threads: i32): void {
  scatterPairs<f32>(args, tid, threads);
}
export function maxPoolBlocks2x2BackwardBf16(args: usize, tid: i32, threads: i32): void {
  scatterPairs<u16>(args, tid, threads);
}
