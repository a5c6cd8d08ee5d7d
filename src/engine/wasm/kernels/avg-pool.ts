// Averages over windows of x [U][H][W][B] to y [U][H'][W'][B]: U images × channel blocks, B channels (row-major is B = 1,
// else B % 4 = 0). Where windows lie is in tables, of 3 words a window: start, end, 1 / extent (f32); the mean of window
// (i, j) is its sum / (extent of row i · extent of column j). A mean that is no number is computed once more in doubles: its sum
// may have left the range of floats. Work is split by rows of the result.

import { F, I } from './abi';
import { AvgPoolArgs, AvgPoolBackwardArgs } from './args';
import { load1, load4, span, store4, storeFirst } from './elements';
import { wideSum } from './reduce';
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

// Stores the means of `lanes` channels, computed in doubles.
function storeWide<T>(
  x: usize,
  to: usize,
  lanes: i32,
  rows: i32,
  width: i32,
  count: i32,
  step: usize,
  scale: f32,
): void {
  for (let lane = 0; lane < lanes; lane++) {
    const o = span<T>(lane);
    const sum = wideSum<T>(x + o, rows, <usize>width * step, count, step, 0, false);
    storeFirst<T>(to + o, f32x4.splat(<f32>(sum * <f64>scale)), 1);
  }
}

export function avgPool<T>(args: AvgPoolArgs, tid: i32, threads: i32): void {
  const height = args.height;
  const width = args.width;
  const block = args.block;
  const outHeight = args.outHeight;
  const outWidth = args.outWidth;
  const step = span<T>(block);
  const end = unitStart(args.planes * outHeight, tid + 1, threads);
  for (let row = unitStart(args.planes * outHeight, tid, threads); row < end; row++) {
    const plane = args.x + span<T>((row / outHeight) * height * width * block);
    const down = args.rowWindows + <usize>(row % outHeight) * 12;
    for (let j = 0; j < outWidth; j++) {
      const across = args.columnWindows + <usize>j * 12;
      const left = I(across, 0);
      const count = I(across, 1) - left;
      const scale = F(down, 2) * F(across, 2);
      const to = args.y + <usize>(row * outWidth + j) * step;
      const from = plane + span<T>((I(down, 0) * width + left) * block);
      const rows = I(down, 1) - I(down, 0);
      if (block == 1) {
        let sum: f32 = 0;
        for (let h = I(down, 0); h < I(down, 1); h++)
          sum += sumRow<T>(plane + span<T>(h * width + left), count);
        if (sum - sum == 0) storeFirst<T>(to, f32x4.splat(sum * scale), 1);
        else storeWide<T>(from, to, 1, rows, width, count, step, scale);
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
        const o = span<T>(c);
        if (v128.any_true(f32x4.ne(f32x4.sub(sum, sum), f32x4.splat(0))))
          storeWide<T>(from + o, to + o, 4, rows, width, count, step, scale);
        else store4<T>(to + o, f32x4.mul(sum, f32x4.splat(scale)));
      }
    }
  }
}

export function avgPoolBackward<T>(args: AvgPoolBackwardArgs, tid: i32, threads: i32): void {
  const height = args.height;
  const width = args.width;
  const block = args.block;
  const outHeight = args.outHeight;
  const outWidth = args.outWidth;
  const step = span<T>(block);
  const end = unitStart(args.planes * height, tid + 1, threads);
  for (let row = unitStart(args.planes * height, tid, threads); row < end; row++) {
    const plane = args.dy + span<T>((row / height) * outHeight * outWidth * block);
    const down = args.rowCovers + ((<usize>(row % height)) << 3);
    for (let w = 0; w < width; w++) {
      const across = args.columnCovers + ((<usize>w) << 3);
      const to = args.dx + <usize>(row * width + w) * step;
      for (let c = 0; c < block; c += 4) {
        let sum = f32x4.splat(0);
        for (let i = I(down, 0); i < I(down, 1); i++) {
          const rowScale = F(args.rowWindows + <usize>i * 12, 2);
          for (let j = I(across, 0); j < I(across, 1); j++) {
            const scale = rowScale * F(args.columnWindows + <usize>j * 12, 2);
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
