// Batch normalisation, relu and max pooling 2 × 2 (stride 2) in one, in the layouts of ./batch-norm.ts with R = H × W and
// B % 4 = 0. Forward keeps the x of each window's winner and its number 0 … 3: relu(x·scale + shift) grows with x where
// scale > 0 and falls elsewhere, so the winner is found before normalising, and the sums of the backward pass are those of
// batchNormReluBackwardSums over the winners alone, a quarter of the pixels. Kernels named …Bf16 have x, y, winners and the
// gradients in bfloat16 (./elements.ts).

import { madd } from './abi';
import { BatchNormReluPoolArgs, BatchNormReluPoolBackwardArgs } from './args';
import { load4, span, store4 } from './elements';
import { wins } from './max-pool';
import { loadIndex, storeIndex } from './max-pool-blocks';
import { bytes, unitStart } from './share';

export function batchNormReluPool<T>(args: BatchNormReluPoolArgs, tid: i32, threads: i32): void {
  const groups = args.groups;
  const height = args.height;
  const width = args.width;
  const block = args.block;
  const outHeight = height >> 1;
  const outWidth = width >> 1;
  const step = span<T>(block);
  const rowBytes = step * width;
  const zero = f32x4.splat(0);
  const rows = args.images * groups * outHeight;
  const end = unitStart(rows, tid + 1, threads);
  for (let row = unitStart(rows, tid, threads); row < end; row++) {
    const unit = row / outHeight;
    const top = unit * height + ((row - unit * outHeight) << 1);
    for (let c = 0; c < block; c += 4) {
      const k = bytes((unit % groups) * block + c);
      const a = v128.load(args.scale + k);
      const b = v128.load(args.shift + k);
      const flip = v128.and(a, i32x4.splat(0x80000000));
      const to = row * outWidth * block + c;
      let x = args.x + <usize>top * rowBytes + span<T>(c);
      let y = args.y + span<T>(to);
      let winner = args.winners + span<T>(to);
      let index = args.index + <usize>to;
      const last = y + <usize>outWidth * step;
      while (y < last) {
        let best = v128.xor(load4<T>(x), flip);
        const right = v128.xor(load4<T>(x + step), flip);
        const below = v128.xor(load4<T>(x + rowBytes), flip);
        const corner = v128.xor(load4<T>(x + rowBytes + step), flip);
        const w1 = wins(right, best);
        best = v128.bitselect(right, best, w1);
        const w2 = wins(below, best);
        best = v128.bitselect(below, best, w2);
        const w3 = wins(corner, best);
        best = v128.xor(v128.bitselect(corner, best, w3), flip);
        store4<T>(winner, best);
        store4<T>(y, f32x4.pmax(madd(best, a, b), zero));
        let at = v128.and(w1, i32x4.splat(1));
        at = v128.bitselect(i32x4.splat(2), at, w2);
        storeIndex(index, v128.bitselect(i32x4.splat(3), at, w3));
        x += step << 1;
        y += step;
        winner += step;
        index += block;
      }
    }
  }
}

export function batchNormReluPoolBackward<T>(args: BatchNormReluPoolBackwardArgs, tid: i32, threads: i32): void {
  const groups = args.groups;
  const height = args.height;
  const width = args.width;
  const block = args.block;
  const outHeight = height >> 1;
  const outWidth = width >> 1;
  const step = span<T>(block);
  const rowBytes = step * width;
  const zero = f32x4.splat(0);
  const terms = args.terms;
  const next = bytes(groups * block);
  const pairs = (height + 1) >> 1; // the last of an odd height is in no window
  const rows = args.images * groups * pairs;
  const end = unitStart(rows, tid + 1, threads);
  for (let row = unitStart(rows, tid, threads); row < end; row++) {
    const unit = row / pairs;
    const i = row - unit * pairs;
    const top = <usize>(unit * height + (i << 1)) * rowBytes;
    for (let c = 0; c < block; c += 4) {
      const k = bytes((unit % groups) * block + c);
      const mean = v128.load(terms + k);
      const a = v128.load(terms + next + k);
      const slope = v128.load(terms + 2 * next + k);
      const offset = v128.load(terms + 3 * next + k);
      const b = v128.load(args.shift + k);
      let x = args.x + top + span<T>(c);
      let dx = args.dx + top + span<T>(c);
      if (i < outHeight) {
        const from = (unit * outHeight + i) * outWidth * block + c;
        let dy = args.dy + span<T>(from);
        let winner = args.winners + span<T>(from);
        let index = args.index + <usize>from;
        const last = dy + <usize>outWidth * step;
        while (dy < last) {
          const cut = f32x4.le(madd(load4<T>(winner), a, b), zero);
          const g = f32x4.mul(v128.andnot(load4<T>(dy), cut), a);
          const at = loadIndex(index);
          const base = madd(f32x4.sub(load4<T>(x), mean), slope, offset);
          store4<T>(dx, f32x4.add(base, v128.and(g, i32x4.eq(at, zero))));
          const right = madd(f32x4.sub(load4<T>(x + step), mean), slope, offset);
          store4<T>(dx + step, f32x4.add(right, v128.and(g, i32x4.eq(at, i32x4.splat(1)))));
          const below = madd(f32x4.sub(load4<T>(x + rowBytes), mean), slope, offset);
          store4<T>(dx + rowBytes, f32x4.add(below, v128.and(g, i32x4.eq(at, i32x4.splat(2)))));
          const corner = madd(f32x4.sub(load4<T>(x + rowBytes + step), mean), slope, offset);
          store4<T>(
            dx + rowBytes + step,
            f32x4.add(corner, v128.and(g, i32x4.eq(at, i32x4.splat(3)))),
          );
          x += step << 1;
          dx += step << 1;
          dy += step;
          winner += step;
          index += block;
        }
        if (width & 1) {
          store4<T>(dx, madd(f32x4.sub(load4<T>(x), mean), slope, offset));
          store4<T>(dx + rowBytes, madd(f32x4.sub(load4<T>(x + rowBytes), mean), slope, offset));
        }
      } else {
        const last = dx + rowBytes;
        while (dx < last) {
          store4<T>(dx, madd(f32x4.sub(load4<T>(x), mean), slope, offset));
          x += step;
          dx += step;
        }
      }
    }
  }
}
