// Winograd convolution of 3 × 3 kernels with a stride of two, forward; see winograd-strided-transforms.ts. A thread takes strips
// of tiles through transform, product and inverse (winogradStrided), or where the weights are larger than the tiles a slice of the
// output channels, of which all tiles are transformed first (winogradStridedInput, winogradStridedSlices), as in
// winograd-forward.ts. Layouts, e counting the 25 elements: V [e][tile][4 C], of which an element uses the start,
// U [e][K / 8][its terms][8], M [e][tile][K].

import { Tiles, WinogradArgs } from './args';
import { multiply, sliceStart } from './winograd-product';
import { evenStrip, unitStart } from './share';
import { transformStridedTaps } from './winograd-strided-taps';
import {
  prepareStrided,
  STRIDED_BYTES,
  termsOf,
  transformStridedInput,
  transformStridedOutput,
} from './winograd-strided-transforms';
import { beforeFull, beforeNarrow, beforeSmall, countOf } from './winograd-tiles';

// Unused bytes after a tile and after a matrix, for strides that are powers of two would fall on the same lines of the caches.
const TILE_PAD: usize = 64;
const PAD: usize = 192;

@inline
function weightMatrix(a: WinogradArgs): usize {
  return ((<usize>(a.input.blocks << 6) * <usize>(a.output.blocks << 4)) << 2) + PAD;
}

// U of all output channels. Unit of work: a block of 16 of them, two panels.
export function winogradStridedWeights(a: WinogradArgs, tid: i32, threads: i32): void {
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  const channels = a.input.blocks << 4;
  const element = weightMatrix(a);
  const end = unitStart(a.output.blocks, tid + 1, threads);
  for (let b = unitStart(a.output.blocks, tid, threads); b < end; b++) {
    let w = a.w + <usize>(b << 4) * a.lane;
    for (let c = 0; c < channels; c++) {
      for (let k = 0; k < 4; k++) {
        const at = a.u + (<usize>c << 5) + (<usize>(k & 1) << 4);
        transformStridedTaps(w + <usize>(k << 2) * a.lane, a.lane, at, (b << 1) + (k >> 1), channels, element, temp);
      }
      w += a.sum;
    }
  }
}

// Unit of work: a tile. A thread's tiles are cut into strips.
export function winogradStrided(a: WinogradArgs, tid: i32, threads: i32): void {
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  const tile = tileBytes(a);
  const vElement = <usize>a.tilesPerStrip * tile + PAD;
  const blocks = a.output.blocks;
  const mElement = (<usize>(a.tilesPerStrip * blocks) << 6) + PAD;
  const v = temp + STRIDED_BYTES;
  const m = v + 25 * vElement;
  prepareStrided(temp);
  let first = unitStart(a.tiles, tid, threads);
  const last = unitStart(a.tiles, tid + 1, threads);
  const strip = evenStrip(last - first, a.tilesPerStrip);
  for (; first < last; first += strip) {
    const end = min(last, first + strip);
    transformStridedInput(a.input, first, end, v, vElement, tile, temp);
    for (let e: i32 = 0; e < 25; e++) {
      const at = <usize>e;
      multiplyElement(a, e, first, end, v + at * vElement, 0, blocks, m + at * mElement);
    }
    transformStridedOutput(a.output, first, end, 0, blocks, m, mElement, a.add, a.floor, temp);
  }
}

// V of all tiles. Unit of work: a tile.
export function winogradStridedInput(a: WinogradArgs, tid: i32, threads: i32): void {
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  const tile = tileBytes(a);
  const first = unitStart(a.tiles, tid, threads);
  const end = unitStart(a.tiles, tid + 1, threads);
  prepareStrided(temp);
  transformStridedInput(a.input, first, end, a.v + <usize>first * tile, <usize>a.tiles * tile + PAD, tile, temp);
}

// Unit of work: a slice of the output channels.
export function winogradStridedSlices(a: WinogradArgs, tid: i32, threads: i32): void {
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  const tile = tileBytes(a);
  const vElement = <usize>a.tiles * tile + PAD;
  const mElement = (<usize>(a.tilesPerStrip * a.blocksPerSlice) << 6) + PAD;
  const m = temp + STRIDED_BYTES;
  const last = sliceStart(tid + 1, threads, a);
  for (let block = sliceStart(tid, threads, a); block < last; block += a.blocksPerSlice) {
    const blockEnd = min(last, block + a.blocksPerSlice);
    for (let first = 0; first < a.tiles; first += a.tilesPerStrip) {
      const end = min(a.tiles, first + a.tilesPerStrip);
      for (let e: i32 = 0; e < 25; e++) {
        const at = <usize>e;
        const v = a.v + at * vElement + <usize>first * tile;
        multiplyElement(a, e, first, end, v, block, blockEnd, m + at * mElement);
      }
      transformStridedOutput(a.output, first, end, block, blockEnd, m, mElement, a.add, a.floor, temp);
    }
  }
}

// Bytes between the tiles of V.
@inline
function tileBytes(a: WinogradArgs): usize {
  return (<usize>a.input.blocks << 8) + TILE_PAD;
}

// M of one element of tiles [first, end) and of blocks [block, blockEnd), group by group, for not all groups have as many terms.
function multiplyElement(a: WinogradArgs, e: i32, first: i32, end: i32, v: usize, block: i32, blockEnd: i32, m: usize): void {
  const t = a.input;
  const full = beforeFull(t);
  const narrow = beforeNarrow(t);
  const small = beforeSmall(t);
  multiplyGroup(a, e, true, false, first, min(end, full), first, v, block, blockEnd, m);
  multiplyGroup(a, e, false, false, max(first, full), min(end, narrow), first, v, block, blockEnd, m);
  multiplyGroup(a, e, false, true, max(first, narrow), min(end, small), first, v, block, blockEnd, m);
  multiplyGroup(a, e, true, true, max(first, small), min(end, countOf(t)), first, v, block, blockEnd, m);
}

function multiplyGroup(
  a: WinogradArgs,
  e: i32,
  isShort: bool,
  isNarrow: bool,
  from: i32,
  to: i32,
  first: i32,
  v: usize,
  block: i32,
  blockEnd: i32,
  m: usize,
): void {
  if (from >= to) return;
  const i = e / 5;
  const j = e - 5 * i;
  const depth = termsOf(i, j, isShort, isNarrow) * (a.input.blocks << 4);
  if (depth == 0) return;
  const columns = (blockEnd - block) << 4;
  const panel = <usize>(termsOf(i, j, false, false) * a.input.blocks) << 9;
  const u = a.u + <usize>e * weightMatrix(a) + 2 * <usize>block * panel;
  const tile = tileBytes(a);
  const skipped = <usize>(from - first);
  multiply(v + skipped * tile, tile, to - from, depth, u, panel, columns, m + ((skipped * columns) << 2));
}
