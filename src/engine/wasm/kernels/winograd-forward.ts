// Winograd convolution, forward and (with kernels turned by 180° and their channels exchanged) the gradient of the input.
//
// Below 256 channels a thread takes strips of tiles through transform, product and inverse in memory that stays in its
// second-level cache (winogradStrips, after winogradWeights). From there on the weights are larger than the tiles, so all
// tiles are transformed first (winogradInput), and a thread takes slices of the output channels (winogradSlices), whose weights
// it transforms as it needs them, or has from winogradWeights where they are kept from run to run. Layouts, e counting the 36
// elements: V [e][tile][C], U [e][K / 8][C][8], M [e][tile][K]. Every matrix is followed by 192 unused bytes, for strides that
// are powers of two would all fall on the same lines of the caches.

import { WinogradArgs } from './args';
import { evenStrip, unitStart } from './share';
import { matrixBytes, multiply, sliceStart } from './winograd-product';
import { transformTaps } from './winograd-taps';
import { endOf, firstOf } from './winograd-tiles';
import { prepareTemp, TEMP_BYTES, transformInput, transformOutput } from './winograd-transforms';

// U of all output channels. Unit of work: a block of 16 of them.
export function winogradWeights(a: WinogradArgs, tid: i32, threads: i32): void {
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  const channels = a.input.blocks << 4;
  const first = unitStart(a.output.blocks, tid, threads);
  const end = unitStart(a.output.blocks, tid + 1, threads);
  const to = a.u + (<usize>(first * channels) << 6);
  weightBlocks(a, first, end, to, matrixBytes(channels, a.output.blocks << 4), temp);
}

// U of blocks [first, end), stored from `to` on: two panels of 8 channels each.
function weightBlocks(a: WinogradArgs, first: i32, end: i32, to: usize, element: usize, temp: usize): void {
  const channels = a.input.blocks << 4;
  const panel = <usize>channels << 5;
  const flipped = a.flipped != 0;
  for (let b = first; b < end; b++) {
    let w = a.w + <usize>(b << 4) * a.lane;
    for (let c = 0; c < channels; c++) {
      for (let k: usize = 0; k < 4; k++) {
        const at = to + (k >> 1) * panel + ((k & 1) << 4);
        transformTaps(w + (k << 2) * a.lane, a.lane, flipped, at, element, temp);
      }
      to += 32;
      w += a.sum;
    }
    to += panel;
  }
}

// Unit of work: a tile. A thread's tiles are cut into strips.
export function winogradStrips(a: WinogradArgs, tid: i32, threads: i32): void {
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  const channels = a.input.blocks << 4;
  const outChannels = a.output.blocks << 4;
  const vElement = matrixBytes(a.tilesPerStrip, channels);
  const mElement = matrixBytes(a.tilesPerStrip, outChannels);
  const uElement = matrixBytes(channels, outChannels);
  const vTile = <usize>channels << 2;
  const mTile = <usize>outChannels << 2;
  const v = temp + TEMP_BYTES;
  const m = v + 36 * vElement;
  prepareTemp(temp);
  let first = unitStart(a.tiles, tid, threads);
  const last = unitStart(a.tiles, tid + 1, threads);
  const strip = evenStrip(last - first, a.tilesPerStrip);
  for (; first < last; first += strip) {
    const end = min(last, first + strip);
    transformInput(a.input, first, end, v, vElement, vTile, 64, temp);
    multiplyTiles(a, first, end, v, vElement, a.u, uElement, outChannels, m, mElement);
    transformOutput(a.output, first, end, 0, a.output.blocks, m, mElement, mTile, a.add, a.adds != 0, a.floor, temp);
  }
}

// V of all tiles. Unit of work: a tile.
export function winogradInput(a: WinogradArgs, tid: i32, threads: i32): void {
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  const channels = a.input.blocks << 4;
  const tile = <usize>channels << 2;
  const element = matrixBytes(a.tiles, channels);
  prepareTemp(temp);
  const last = unitStart(a.tiles, tid + 1, threads);
  for (let first = unitStart(a.tiles, tid, threads); first < last; first += a.tilesPerStrip) {
    const end = min(last, first + a.tilesPerStrip);
    transformInput(a.input, first, end, a.v + <usize>first * tile, element, tile, 64, temp);
  }
}

// Unit of work: a slice of the output channels.
export function winogradSlices(a: WinogradArgs, tid: i32, threads: i32): void {
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  const channels = a.input.blocks << 4;
  const sliceChannels = a.blocksPerSlice << 4;
  const vTile = <usize>channels << 2;
  const vElement = matrixBytes(a.tiles, channels);
  const isMade = a.u != 0;
  const uElement = matrixBytes(channels, isMade ? a.output.blocks << 4 : sliceChannels);
  const mElement = matrixBytes(a.tilesPerStrip, sliceChannels);
  const own = temp + TEMP_BYTES;
  const m = isMade ? own : own + 36 * uElement;
  const last = sliceStart(tid + 1, threads, a);
  for (let block = sliceStart(tid, threads, a); block < last; block += a.blocksPerSlice) {
    const blockEnd = min(last, block + a.blocksPerSlice);
    const outChannels = (blockEnd - block) << 4;
    const u = isMade ? a.u + (<usize>(block * channels) << 6) : own;
    if (!isMade) weightBlocks(a, block, blockEnd, u, uElement, temp);
    for (let first = 0; first < a.tiles; first += a.tilesPerStrip) {
      const end = min(a.tiles, first + a.tilesPerStrip);
      const v = a.v + <usize>first * vTile;
      multiplyTiles(a, first, end, v, vElement, u, uElement, outChannels, m, mElement);
      const mTile = <usize>outChannels << 2;
      transformOutput(a.output, first, end, block, blockEnd, m, mElement, mTile, a.add, a.adds != 0, a.floor, temp);
    }
  }
}

// M of tiles [first, end), the first of which lie at `v` and `m`: every element of those that have it.
function multiplyTiles(
  a: WinogradArgs,
  first: i32,
  end: i32,
  v: usize,
  vElement: usize,
  u: usize,
  uElement: usize,
  columns: i32,
  m: usize,
  mElement: usize,
): void {
  const channels = a.input.blocks << 4;
  const row = <usize>channels << 2;
  for (let e = 0; e < 36; e++) {
    const from = max(first, firstOf(a.input, e));
    const rows = min(end, endOf(a.input, e)) - from;
    const skipped = <usize>(from - first) << 2;
    if (rows > 0) multiply(v + skipped * channels, row, rows, channels, u, row << 3, columns, m + skipped * columns);
    v += vElement;
    u += uElement;
    m += mElement;
  }
}
