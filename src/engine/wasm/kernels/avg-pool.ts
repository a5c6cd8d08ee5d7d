// Averages over windows of x [U][H][W][B] to y [U][H'][W'][B]: U images × channel blocks, B channels (row-major is B = 1,
// else B % 4 = 0). Where windows lie is in tables, of 3 words a window: start, end, 1 / extent (f32); the mean of window
// (i, j) is its sum / (extent of row i · extent of column j). Work is split by rows of the result.

import { A, F, I } from './abi';
import { bytes, keepPart, storePart, sumLanes, unitStart } from './share';

function sumRow(p: usize, count: i32): f32 {
  let sum = f32x4.splat(0);
  const end = p + bytes(count & ~3);
  while (p < end) {
    sum = f32x4.add(sum, v128.load(p));
    p += 16;
  }
  if (count & 3) sum = f32x4.add(sum, keepPart(v128.load(p), count & 3));
  return sumLanes(sum);
}

// 0 x, 1 y, 2 U, 3 H, 4 W, 5 B, 6 H', 7 W', 8 row windows [H'], 9 column windows [W']
export function avgPool(args: usize, tid: i32, threads: i32): void {
  const height = I(args, 3);
  const width = I(args, 4);
  const block = I(args, 5);
  const outHeight = I(args, 6);
  const outWidth = I(args, 7);
  const step = bytes(block);
  const end = unitStart(I(args, 2) * outHeight, tid + 1, threads);
  for (let row = unitStart(I(args, 2) * outHeight, tid, threads); row < end; row++) {
    const plane = A(args, 0) + bytes((row / outHeight) * height * width * block);
    const down = A(args, 8) + <usize>(row % outHeight) * 12;
    for (let j = 0; j < outWidth; j++) {
      const across = A(args, 9) + <usize>j * 12;
      const left = I(across, 0);
      const count = I(across, 1) - left;
      const scale = F(down, 2) * F(across, 2);
      const to = A(args, 1) + <usize>(row * outWidth + j) * step;
      if (block == 1) {
        let sum: f32 = 0;
        for (let h = I(down, 0); h < I(down, 1); h++)
          sum += sumRow(plane + bytes(h * width + left), count);
        store<f32>(to, sum * scale);
        continue;
      }
      for (let c = 0; c < block; c += 4) {
        let sum = f32x4.splat(0);
        for (let h = I(down, 0); h < I(down, 1); h++) {
          let x = plane + bytes((h * width + left) * block + c);
          const last = x + <usize>count * step;
          let part = f32x4.splat(0);
          while (x < last) {
            part = f32x4.add(part, v128.load(x));
            x += step;
          }
          sum = f32x4.add(sum, part);
        }
        v128.store(to + bytes(c), f32x4.mul(sum, f32x4.splat(scale)));
      }
    }
  }
}

// 0 dy, 1 dx, 2 U, 3 H, 4 W, 5 B, 6 H', 7 W', 8 row windows [H'], 9 column windows [W'],
// 10 rows [H], 11 columns [W]: the first window that holds each and the one after the last (2 words)
export function avgPoolBackward(args: usize, tid: i32, threads: i32): void {
  const height = I(args, 3);
  const width = I(args, 4);
  const block = I(args, 5);
  const outHeight = I(args, 6);
  const outWidth = I(args, 7);
  const step = bytes(block);
  const end = unitStart(I(args, 2) * height, tid + 1, threads);
  for (let row = unitStart(I(args, 2) * height, tid, threads); row < end; row++) {
    const plane = A(args, 0) + bytes((row / height) * outHeight * outWidth * block);
    const down = A(args, 10) + ((<usize>(row % height)) << 3);
    for (let w = 0; w < width; w++) {
      const across = A(args, 11) + ((<usize>w) << 3);
      const to = A(args, 1) + <usize>(row * width + w) * step;
      for (let c = 0; c < block; c += 4) {
        let sum = f32x4.splat(0);
        for (let i = I(down, 0); i < I(down, 1); i++) {
          const rowScale = F(A(args, 8) + <usize>i * 12, 2);
          for (let j = I(across, 0); j < I(across, 1); j++) {
            const scale = rowScale * F(A(args, 9) + <usize>j * 12, 2);
            const dy = plane + bytes((i * outWidth + j) * block + c);
            const g = block == 1 ? v128.load32_zero(dy) : v128.load(dy);
            sum = f32x4.add(sum, f32x4.mul(g, f32x4.splat(scale)));
          }
        }
        if (block == 1) storePart(to, sum, 1);
        else v128.store(to + bytes(c), sum);
      }
    }
  }
}
