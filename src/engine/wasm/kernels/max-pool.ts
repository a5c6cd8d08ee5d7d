// Max pooling of planes x [U][H][W] to y [U][H'][W'], each with its winners' places. The first of equal values wins and NaN wins
// over numbers, as in PyTorch. Work is split by output rows, or, in the backward pass, by planes.

import { MaxPoolPlanesArgs, MaxPoolPlanesBackwardArgs } from './args';
import { bytes, unitStart } from './share';

// Where `value` replaces `best`.
@inline
export function wins(value: v128, best: v128): v128 {
  return v128.or(f32x4.gt(value, best), f32x4.ne(value, value));
}

// First k with origin + k·dilation ≥ 0, for origin ≥ −padding.
@inline
export function firstTap(origin: i32, dilation: i32): i32 {
  return origin >= 0 ? 0 : (dilation - 1 - origin) / dilation;
}

// First k with origin + k·dilation ≥ size, at most `taps`.
@inline
export function endTap(origin: i32, dilation: i32, size: i32, taps: i32): i32 {
  return max(0, min(taps, (size - origin + dilation - 1) / dilation));
}

export function maxPoolPlanes(args: MaxPoolPlanesArgs, tid: i32, threads: i32): void {
  const index = args.index;
  const height = args.height;
  const width = args.width;
  const outHeight = args.outHeight;
  const outWidth = args.outWidth;
  const dilationH = args.dilationH;
  const dilationW = args.dilationW;
  const end = unitStart(args.planes * outHeight, tid + 1, threads);
  for (let row = unitStart(args.planes * outHeight, tid, threads); row < end; row++) {
    const plane = args.x + bytes((row / outHeight) * height * width);
    const top = (row % outHeight) * args.strideH - args.paddingH;
    const firstH = firstTap(top, dilationH);
    const endH = endTap(top, dilationH, height, args.kernelH);
    for (let j = 0; j < outWidth; j++) {
      const left = j * args.strideW - args.paddingW;
      const firstW = firstTap(left, dilationW);
      const endW = endTap(left, dilationW, width, args.kernelW);
      let at = (top + firstH * dilationH) * width + left + firstW * dilationW;
      let best = load<f32>(plane + bytes(at));
      for (let u = firstH; u < endH; u++) {
        let from = (top + u * dilationH) * width + left + firstW * dilationW;
        for (let v = firstW; v < endW; v++) {
          const value = load<f32>(plane + bytes(from));
          if (value > best || value != value) {
            best = value;
            at = from;
          }
          from += dilationW;
        }
      }
      const to = bytes(row * outWidth + j);
      store<f32>(args.y + to, best);
      store<i32>(index + to, at);
    }
  }
}

// As above for windows 2 × 2, stride 2, no padding.
export function maxPoolPlanes2x2(args: MaxPoolPlanesArgs, tid: i32, threads: i32): void {
  const height = args.height;
  const width = args.width;
  const outHeight = args.outHeight;
  const outWidth = args.outWidth;
  const rowBytes = bytes(width);
  const end = unitStart(args.planes * outHeight, tid + 1, threads);
  for (let row = unitStart(args.planes * outHeight, tid, threads); row < end; row++) {
    const top = (row % outHeight) << 1;
    let x = args.x + bytes(((row / outHeight) * height + top) * width);
    let y = args.y + bytes(row * outWidth);
    let index = args.index + bytes(row * outWidth);
    let j = 0;
    let first = i32x4.add(i32x4.splat(top * width), i32x4(0, 2, 4, 6));
    while (j + 4 <= outWidth) {
      const upper0 = v128.load(x);
      const upper1 = v128.load(x, 16);
      const lower0 = v128.load(x + rowBytes);
      const lower1 = v128.load(x + rowBytes, 16);
      let best = v128.shuffle<f32>(upper0, upper1, 0, 2, 4, 6);
      const right = v128.shuffle<f32>(upper0, upper1, 1, 3, 5, 7);
      const below = v128.shuffle<f32>(lower0, lower1, 0, 2, 4, 6);
      const corner = v128.shuffle<f32>(lower0, lower1, 1, 3, 5, 7);
      const w1 = wins(right, best);
      best = v128.bitselect(right, best, w1);
      const w2 = wins(below, best);
      best = v128.bitselect(below, best, w2);
      const w3 = wins(corner, best);
      v128.store(y, v128.bitselect(corner, best, w3));
      let at = v128.and(w1, i32x4.splat(1));
      at = v128.bitselect(i32x4.splat(width), at, w2);
      at = v128.bitselect(i32x4.splat(width + 1), at, w3);
      v128.store(index, i32x4.add(first, at));
      first = i32x4.add(first, i32x4.splat(8));
      index += 16;
      x += 32;
      y += 16;
      j += 4;
    }
    for (; j < outWidth; j++) {
      let at = 0;
      let best = load<f32>(x);
      for (let k = 1; k < 4; k++) {
        const from = (k & 1) + (k >> 1) * width;
        const value = load<f32>(x + bytes(from));
        if (value > best || value != value) {
          best = value;
          at = from;
        }
      }
      store<f32>(y, best);
      store<i32>(index, top * width + (j << 1) + at);
      index += 4;
      x += 8;
      y += 4;
    }
  }
}

// Works by planes: each output adds to the input that it came from.
export function maxPoolPlanesBackward(args: MaxPoolPlanesBackwardArgs, tid: i32, threads: i32): void {
  const size = args.height * args.width;
  const outSize = args.outHeight * args.outWidth;
  const end = unitStart(args.planes, tid + 1, threads);
  for (let unit = unitStart(args.planes, tid, threads); unit < end; unit++) {
    const dx = args.dx + bytes(unit * size);
    memory.fill(dx, 0, bytes(size));
    let dy = args.dy + bytes(unit * outSize);
    let index = args.index + bytes(unit * outSize);
    for (let k = 0; k < outSize; k++) {
      const to = dx + bytes(load<i32>(index));
      store<f32>(to, load<f32>(to) + load<f32>(dy));
      dy += 4;
      index += 4;
    }
  }
}
