// Activations between row-major [N][C][pixels] and channel-blocked [N][C / B][pixels][B], with zeros in the channels that
// pad the last block. B = 1 and a channel count of B make it a plain copy and a move to channels-last.
// Unit of work: 256 pixels of a block. Both sides of kernels named …Bf16 are
// in bfloat16 (./elements.ts), the result alone of …Narrow, the source alone of …Wide.

import { ConvLayoutArgs, ConvLayoutStorageArgs } from './args';
import { load4, span, splat1, store4, storeFirst } from './elements';
import { unitStart } from './share';
import { transposed } from './transpose';

const CHUNK: i32 = 256;

export function toBlocked<T>(args: ConvLayoutArgs, tid: i32, threads: i32): void {
  eachChunk<T, T, ConvLayoutArgs>(args, tid, threads, true);
}
export function toBlockedNarrow(args: ConvLayoutStorageArgs, tid: i32, threads: i32): void {
  eachChunk<f32, u16, ConvLayoutStorageArgs>(args, tid, threads, true);
}

export function toRowMajor<T>(args: ConvLayoutArgs, tid: i32, threads: i32): void {
  eachChunk<T, T, ConvLayoutArgs>(args, tid, threads, false);
}
export function toRowMajorWide(args: ConvLayoutStorageArgs, tid: i32, threads: i32): void {
  eachChunk<u16, f32, ConvLayoutStorageArgs>(args, tid, threads, false);
}

// From elements S to elements D.
function eachChunk<S, D, Args>(args: Args, tid: i32, threads: i32, block: bool): void {
  const images = args.images;
  const channels = args.channels;
  const pixels = args.pixels;
  const b = args.block;
  const blocks = (channels - 1) / b + 1;
  const chunks = (pixels - 1) / CHUNK + 1;
  const rowMajor = block ? args.from : args.to;
  const blocked = block ? args.to : args.from;
  const end = unitStart(images * blocks * chunks, tid + 1, threads);
  for (let i = unitStart(images * blocks * chunks, tid, threads); i < end; i++) {
    const whole = i / chunks; // image · blocks + block
    const first = (i - whole * chunks) * CHUNK;
    const image = whole / blocks;
    const channel = (whole - image * blocks) * b;
    const inRows = (image * channels + channel) * pixels + first;
    const inBlocks = (whole * pixels + first) * b;
    const filled = min(b, channels - channel);
    const count = min(CHUNK, pixels - first);
    if (block) {
      const from = rowMajor + span<S>(inRows);
      blockPixels<S, D>(from, blocked + span<D>(inBlocks), span<S>(pixels), filled, b, count);
    } else {
      const to = rowMajor + span<D>(inRows);
      unblockPixels<S, D>(blocked + span<S>(inBlocks), to, span<D>(pixels), filled, b, count);
    }
  }
}

@inline
function copyRow<S, D>(from: usize, to: usize, count: i32): void {
  if (sizeof<S>() == sizeof<D>()) memory.copy(to, from, span<S>(count));
  else {
    const end = from + span<S>(count & ~3);
    while (from < end) {
      store4<D>(to, load4<S>(from));
      from += span<S>(4);
      to += span<D>(4);
    }
    if (count & 3) storeFirst<D>(to, load4<S>(from), count & 3);
  }
}

// `count` pixels of one block: channel c at from + c·plane.
function blockPixels<S, D>(from: usize, to: usize, plane: usize, filled: i32, b: i32, count: i32): void {
  if (b == 1) {
    copyRow<S, D>(from, to, count);
    return;
  }
  if (b == 3) {
    interleave3<S, D>(from, to, plane, count);
    return;
  }
  const pixel = span<D>(b);
  const quads = b & 3 ? 0 : filled & ~3;
  const fours = count & ~3;
  for (let c = 0; c < quads; c += 4) {
    const s0 = from + <usize>c * plane;
    const s1 = s0 + plane;
    const s2 = s1 + plane;
    const s3 = s2 + plane;
    let d = to + span<D>(c);
    const end = span<S>(fours);
    for (let o: usize = 0; o < end; o += span<S>(4)) {
      transposed<S, D>(s0 + o, s1 + o, s2 + o, s3 + o, d, d + pixel, d + 2 * pixel, d + 3 * pixel);
      d += 4 * pixel;
    }
  }
  for (let c = 0; c < b; c++) {
    const source = from + <usize>c * plane;
    const target = to + span<D>(c);
    for (let p = c < quads ? fours : 0; p < count; p++) {
      const value = c < filled ? splat1<S>(source + span<S>(p)) : f32x4.splat(0);
      storeFirst<D>(target + <usize>p * pixel, value, 1);
    }
  }
}

// The other way; channels beyond `filled` are dropped.
function unblockPixels<S, D>(from: usize, to: usize, plane: usize, filled: i32, b: i32, count: i32): void {
  if (b == 1) {
    copyRow<S, D>(from, to, count);
    return;
  }
  const pixel = span<S>(b);
  const quads = b & 3 ? 0 : filled & ~3;
  const fours = count & ~3;
  for (let c = 0; c < quads; c += 4) {
    const d0 = to + <usize>c * plane;
    const d1 = d0 + plane;
    const d2 = d1 + plane;
    const d3 = d2 + plane;
    let s = from + span<S>(c);
    const end = span<D>(fours);
    for (let o: usize = 0; o < end; o += span<D>(4)) {
      transposed<S, D>(s, s + pixel, s + 2 * pixel, s + 3 * pixel, d0 + o, d1 + o, d2 + o, d3 + o);
      s += 4 * pixel;
    }
  }
  for (let c = 0; c < filled; c++) {
    const source = from + span<S>(c);
    const target = to + <usize>c * plane;
    for (let p = c < quads ? fours : 0; p < count; p++)
      storeFirst<D>(target + span<D>(p), splat1<S>(source + <usize>p * pixel), 1);
  }
}

// Three planes to pixels of three floats, as an RGB image enters the first convolution.
function interleave3<S, D>(from: usize, to: usize, plane: usize, count: i32): void {
  let end = from + span<S>(count & ~3);
  while (from < end) {
    const r = load4<S>(from);
    const g = load4<S>(from + plane);
    const b = load4<S>(from + 2 * plane);
    store4<D>(to, i32x4.shuffle(i32x4.shuffle(r, g, 0, 4, 0, 1), b, 0, 1, 4, 3));
    store4<D>(to + span<D>(4), i32x4.shuffle(i32x4.shuffle(g, b, 1, 5, 0, 2), r, 0, 1, 6, 3));
    store4<D>(to + span<D>(8), i32x4.shuffle(i32x4.shuffle(b, r, 2, 7, 0, 3), g, 0, 1, 7, 3));
    from += span<S>(4);
    to += span<D>(12);
  }
  end += span<S>(count & 3);
  while (from < end) {
    storeFirst<D>(to, splat1<S>(from), 1);
    storeFirst<D>(to + span<D>(1), splat1<S>(from + plane), 1);
    storeFirst<D>(to + span<D>(2), splat1<S>(from + 2 * plane), 1);
    from += span<S>(1);
    to += span<D>(3);
  }
}
