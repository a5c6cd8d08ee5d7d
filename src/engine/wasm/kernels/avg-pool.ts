// Averages over windows of x [U][H][W][B] to y [U][H'][W'][B]: U images × channel blocks, B channels (row-major is B = 1,
// else B % 4 = 0). Where windows lie is in tables, of 3 words a window: start, end, 1 / extent (f32); the mean of window
// (i, j) is its sum / (extent of row i · extent of column j). Work is split by rows of the result. Kernels named …Bf16 have x
// and y in bfloat16 (./elements.ts).

import { A, F, I } from './abi';
import { load1, load4, span, store4, storeFirst } from './elements';
import { keepPart, sumLanes, unitStart } from './share';

function sumRow<T>(p: usize, count: i32): f32 {
  let sum = f32x4.splat(0);
  const end = p + span<T>(count & ~3);
  while (p < end) {
    sum = f32x4.add(sum, load4<T>(p));
    p += span<T>(4);
  }
  if (count & 3) sum = f32x4.add(sum, keepPart(load4<T>(p), count & 3));
  return sumLanes(sum);
}

@inline
function averages<T>(args: usize, tid: i32, threads: i32): void {
  const height = I(args, 3);
  const width = I(args, 4);
  const block = I(args, 5);
  const outHeight = I(args, 6);
  const outWidth = I(args, 7);
  const step = span<T>(block);
  const end = unitStart(I(args, 2) * outHeight, tid + 1, threads);
  for (let row = unitStart(I(args, 2) * outHeight, tid, threads); row < end; row++) {
    const plane = A(args, 0) + span<T>((row / outHeight) * height * width * block);
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
          sum += sumRow<T>(plane + span<T>(h * width + left), count);
        storeFirst<T>(to, f32x4.splat(sum * scale), 1);
        continue;
      }
      for (let c = 0; c < block; c += 4) {
        let sum = f32x4.splat(0);
        for (let h = I(down, 0); h < I(down, 1); h++) {
          let x = plane + span<T>((h * width + left) * block + c);
          const last = x + <usize>count * step;
          let part = f32x4.splat(0);
          while (x < last) {
            part = f32x4.add(part, load4<T>(x));
            x += step;
          }
          sum = f32x4.add(sum, part);
        }
        store4<T>(to + span<T>(c), f32x4.mul(sum, f32x4.splat(scale)));
      }
    }
  }
}

// 0 x, 1 y, 2 U, 3 H, 4 W, 5 B, 6 H', 7 W', 8 row windows [H'], 9 column windows [W']
export function avgPool(args: usize, tid: i32, threads: i32): void {
  averages<f32>(args, tid, threads);
}
export function avgPoolBf16(args: usize, tid: i32, threads: i32): void {
  averages<u16>(args, tid, threads);
}

@inline
function gradientOf<T>(args: usize, tid: i32, threads: i32): void {
  const height = I(args, 3);
  const width = I(args, 4);
  const block = I(args, 5);
  const outHeight = I(args, 6);
  const outWidth = I(args, 7);
  const step = span<T>(block);
  const end = unitStart(I(args, 2) * height, tid + 1, threads);
  for (let row = unitStart(I(args, 2) * height, tid, threads); row < end; row++) {
    const plane = A(args, 0) + span<T>((row / height) * outHeight * outWidth * block);
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
            const dy = plane + span<T>((i * outWidth + j) * block + c);
            const g = block == 1 ? f32x4.splat(load1<T>(dy)) : load4<T>(dy);
            sum = f32x4.add(sum, f32x4.mul(g, f32x4.splat(scale)));
          }
        }
        if (block == 1) storeFirst<T>(to, sum, 1);
        else store4<T>(to + span<T>(c), sum);
      }
    }
  }
}

// 0 dy, 1 dx, 2 U, 3 H, 4 W, 5 B, 6 H', 7 W', 8 row windows [H'], 9 column windows [W'],
// 10 rows [H], 11 columns [W]: the first window that holds each and the one after the last (2 words)
export function avgPoolBackward(args: usize, tid: i32, threads: i32): void {
  gradientOf<f32>(args, tid, threads);
}
export function avgPoolBackwardBf16(args: usize, tid: i32, threads: i32): void {
  gradientOf<u16>(args, tid, threads);
}
