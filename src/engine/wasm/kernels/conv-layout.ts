// Activations between row-major [N][C][pixels] and channel-blocked [N][C / B][pixels][B], with zeros in the channels that
// pad the last block. B = 1 and a channel count of B make it a plain copy and a move to channels-last. Args of both kernels:
// 0 from, 1 to, 2 images, 3 channels, 4 pixels, 5 B. Unit of work: 256 pixels of a block.

import { A, I } from './abi';
import { unitStart } from './share';
import { transpose } from './transpose';

const CHUNK: i32 = 256;

export function toBlocked(args: usize, tid: i32, threads: i32): void {
  eachChunk(args, tid, threads, true);
}

export function toRowMajor(args: usize, tid: i32, threads: i32): void {
  eachChunk(args, tid, threads, false);
}

function eachChunk(args: usize, tid: i32, threads: i32, block: bool): void {
  const images = I(args, 2);
  const channels = I(args, 3);
  const pixels = I(args, 4);
  const b = I(args, 5);
  const blocks = (channels - 1) / b + 1;
  const chunks = (pixels - 1) / CHUNK + 1;
  const rowMajor = A(args, block ? 0 : 1);
  const blocked = A(args, block ? 1 : 0);
  const end = unitStart(images * blocks * chunks, tid + 1, threads);
  for (let i = unitStart(images * blocks * chunks, tid, threads); i < end; i++) {
    const whole = i / chunks; // image · blocks + block
    const first = (i - whole * chunks) * CHUNK;
    const image = whole / blocks;
    const channel = (whole - image * blocks) * b;
    const plain = rowMajor + (<usize>((image * channels + channel) * pixels + first) << 2);
    const packed = blocked + (<usize>((whole * pixels + first) * b) << 2);
    const filled = min(b, channels - channel);
    const count = min(CHUNK, pixels - first);
    if (block) blockPixels(plain, packed, <usize>pixels << 2, filled, b, count);
    else unblockPixels(packed, plain, <usize>pixels << 2, filled, b, count);
  }
}

// `count` pixels of one block: channel c at from + c·plane.
function blockPixels(from: usize, to: usize, plane: usize, filled: i32, b: i32, count: i32): void {
  if (b == 1) {
    memory.copy(to, from, <usize>count << 2);
    return;
  }
  if (b == 3) {
    interleave3(from, to, plane, count);
    return;
  }
  const pixel = <usize>b << 2;
  const quads = b & 3 ? 0 : filled & ~3;
  const fours = count & ~3;
  for (let c = 0; c < quads; c += 4) {
    const s0 = from + <usize>c * plane;
    const s1 = s0 + plane;
    const s2 = s1 + plane;
    const s3 = s2 + plane;
    let d = to + (<usize>c << 2);
    const end = <usize>fours << 2;
    for (let o: usize = 0; o < end; o += 16) {
      transpose(s0 + o, s1 + o, s2 + o, s3 + o, d, d + pixel, d + 2 * pixel, d + 3 * pixel);
      d += 4 * pixel;
    }
  }
  for (let c = 0; c < b; c++) {
    const source = from + <usize>c * plane;
    const target = to + (<usize>c << 2);
    for (let p = c < quads ? fours : 0; p < count; p++) {
      const value: f32 = c < filled ? load<f32>(source + (<usize>p << 2)) : 0;
      store<f32>(target + <usize>p * pixel, value);
    }
  }
}

// The other way; channels beyond `filled` are dropped.
function unblockPixels(from: usize, to: usize, plane: usize, filled: i32, b: i32, count: i32): void {
  if (b == 1) {
    memory.copy(to, from, <usize>count << 2);
    return;
  }
  const pixel = <usize>b << 2;
  const quads = b & 3 ? 0 : filled & ~3;
  const fours = count & ~3;
  for (let c = 0; c < quads; c += 4) {
    const d0 = to + <usize>c * plane;
    const d1 = d0 + plane;
    const d2 = d1 + plane;
    const d3 = d2 + plane;
    let s = from + (<usize>c << 2);
    const end = <usize>fours << 2;
    for (let o: usize = 0; o < end; o += 16) {
      transpose(s, s + pixel, s + 2 * pixel, s + 3 * pixel, d0 + o, d1 + o, d2 + o, d3 + o);
      s += 4 * pixel;
    }
  }
  for (let c = 0; c < filled; c++) {
    const source = from + (<usize>c << 2);
    const target = to + <usize>c * plane;
    for (let p = c < quads ? fours : 0; p < count; p++)
      store<f32>(target + (<usize>p << 2), load<f32>(source + <usize>p * pixel));
  }
}

// Three planes to pixels of three floats, as an RGB image enters the first convolution.
function interleave3(from: usize, to: usize, plane: usize, count: i32): void {
  let end = from + (<usize>(count & ~3) << 2);
  while (from < end) {
    const r = v128.load(from);
    const g = v128.load(from + plane);
    const b = v128.load(from + 2 * plane);
    v128.store(to, i32x4.shuffle(i32x4.shuffle(r, g, 0, 4, 0, 1), b, 0, 1, 4, 3));
    v128.store(to, i32x4.shuffle(i32x4.shuffle(g, b, 1, 5, 0, 2), r, 0, 1, 6, 3), 16);
    v128.store(to, i32x4.shuffle(i32x4.shuffle(b, r, 2, 7, 0, 3), g, 0, 1, 7, 3), 32);
    from += 16;
    to += 48;
  }
  end += <usize>(count & 3) << 2;
  while (from < end) {
    store<f32>(to, load<f32>(from));
    store<f32>(to, load<f32>(from + plane), 4);
    store<f32>(to, load<f32>(from + 2 * plane), 8);
    from += 4;
    to += 12;
  }
}
