// Max pooling of x [U][H][W][B] to y [U][H'][W'][B]: U images × channel blocks, B channels, B % 4 = 0; otherwise as in
// ./max-pool.ts. Work is split by output rows, or, where windows may overlap in the backward pass, by planes. Kernels named …Bf16 have x, y and gradients in bfloat16 (./elements.ts).

import {
  MaxPoolBlocks2x2Args,
  MaxPoolBlocks2x2BackwardArgs,
  MaxPoolBlocksArgs,
  MaxPoolBlocksBackwardArgs,
} from './args';
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

// The same without their places.
function greatestEight<T>(x: usize, offsets: usize, taps: i32, y: usize, low: v128): void {
  let best0 = load4<T>(x);
  let best1 = loadNext4<T>(x);
  const end = offsets + bytes(taps);
  offsets += 4;
  while (offsets < end) {
    const p = x + <usize>load<i32>(offsets);
    best0 = greater(best0, load4<T>(p));
    best1 = greater(best1, loadNext4<T>(p));
    offsets += 4;
  }
  store4<T>(y, f32x4.pmax(best0, low));
  store4<T>(y + span<T>(4), f32x4.pmax(best1, low));
}

export function maxPoolBlocks<T>(args: MaxPoolBlocksArgs, tid: i32, threads: i32): void {
  const low = f32x4.splat(args.low);
  const height = args.height;
  const width = args.width;
  const block = args.block;
  const outHeight = args.outHeight;
  const outWidth = args.outWidth;
  const kernelH = args.kernelH;
  const kernelW = args.kernelW;
  const dilationH = args.dilationH;
  const dilationW = args.dilationW;
  const stepW = span<T>(dilationW * block);
  const end = unitStart(args.planes * outHeight, tid + 1, threads);
  for (let row = unitStart(args.planes * outHeight, tid, threads); row < end; row++) {
    const plane = args.x + span<T>((row / outHeight) * height * width * block);
    const top = (row % outHeight) * args.strideH - args.paddingH;
    const firstH = firstTap(top, dilationH);
    const endH = endTap(top, dilationH, height, kernelH);
    for (let j = 0; j < outWidth; j++) {
      const left = j * args.strideW - args.paddingW;
      const firstW = firstTap(left, dilationW);
      const endW = endTap(left, dilationW, width, kernelW);
      const inside = endH - firstH == kernelH && endW - firstW == kernelW;
      const to = (row * outWidth + j) * block;
      let c = 0;
      if (inside)
        for (; c + 8 <= block; c += 8) {
          const x = plane + span<T>((top * width + left) * block + c);
          const y = args.y + span<T>(to + c);
          const taps = kernelH * kernelW;
          if (args.index) poolEight<T>(x, args.taps, taps, y, args.index + <usize>(to + c), low);
          else greatestEight<T>(x, args.taps, taps, y, low);
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
        store4<T>(args.y + span<T>(to + c), f32x4.pmax(best, low));
        if (args.index) storeIndex(args.index + <usize>(to + c), at);
      }
    }
  }
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

// Each output adds to the input that it came from, in floats: in place, or in scratch memory where dx is narrower. Works by planes.
export function maxPoolBlocksBackward<T>(args: MaxPoolBlocksBackwardArgs, tid: i32, threads: i32): void {
  const relu = args.y;
  const width = args.width;
  const block = args.block;
  const outHeight = args.outHeight;
  const outWidth = args.outWidth;
  const size = args.height * width * block;
  const outSize = outHeight * outWidth * block;
  const taps = args.taps;
  const scratch = args.scratch + <usize>tid * args.scratchBytes;
  const end = unitStart(args.planes, tid + 1, threads);
  for (let unit = unitStart(args.planes, tid, threads); unit < end; unit++) {
    const dx = args.dx + span<T>(unit * size);
    const sums = sizeof<T>() == 4 ? dx : scratch;
    memory.fill(sums, 0, bytes(size));
    let dy = args.dy + span<T>(unit * outSize);
    let y = relu + span<T>(unit * outSize);
    let index = args.index + <usize>(unit * outSize);
    for (let i = 0; i < outHeight; i++)
      for (let j = 0; j < outWidth; j++) {
        const top = i * args.strideH - args.paddingH;
        let origin = sums + bytes((top * width + j * args.strideW - args.paddingW) * block);
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

// maxPoolBlocks for windows 2 × 2, stride 2, no padding.
export function maxPoolBlocks2x2<T>(args: MaxPoolBlocks2x2Args, tid: i32, threads: i32): void {
  const low = f32x4.splat(args.low);
  const height = args.height;
  const width = args.width;
  const block = args.block;
  const outHeight = args.outHeight;
  const outWidth = args.outWidth;
  const step = span<T>(block);
  const rowBytes = step * width;
  const end = unitStart(args.planes * outHeight, tid + 1, threads);
  for (let row = unitStart(args.planes * outHeight, tid, threads); row < end; row++) {
    const top = (row / outHeight) * height + ((row % outHeight) << 1);
    for (let c = 0; c < block; c += 4) {
      let x = args.x + <usize>top * rowBytes + span<T>(c);
      const to = row * outWidth * block + c;
      let y = args.y + span<T>(to);
      let index = args.index + <usize>to;
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
        if (args.index) {
          let at = v128.and(w1, i32x4.splat(1));
          at = v128.bitselect(i32x4.splat(2), at, w2);
          storeIndex(index, v128.bitselect(i32x4.splat(3), at, w3));
          index += block;
        }
        x += step << 1;
        y += step;
      }
    }
  }
}

// maxPoolBlocksBackward for windows 2 × 2, stride 2, no padding.
export function maxPoolBlocks2x2Backward<T>(args: MaxPoolBlocks2x2BackwardArgs, tid: i32, threads: i32): void {
  const relu = args.y;
  const height = args.height;
  const width = args.width;
  const block = args.block;
  const outHeight = args.outHeight;
  const outWidth = args.outWidth;
  const step = span<T>(block);
  const rowBytes = step * width;
  const zero = f32x4.splat(0);
  const end = unitStart(args.planes * outHeight, tid + 1, threads);
  for (let row = unitStart(args.planes * outHeight, tid, threads); row < end; row++) {
    const i = row % outHeight;
    const rows = args.dx + <usize>((row / outHeight) * height + (i << 1)) * rowBytes;
    for (let c = 0; c < block; c += 4) {
      let dx = rows + span<T>(c);
      const from = row * outWidth * block + c;
      let dy = args.dy + span<T>(from);
      let index = args.index + <usize>from;
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
