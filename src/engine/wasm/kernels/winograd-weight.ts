// The weight gradient of a Winograd convolution: S = Σ over tiles of V ⊙ D, an outer product of channels for each of the 36
// elements, then dg = Gᵀ S G.
//
// Below 256 channels threads take strips of tiles and sum S of their own (winogradGradientStrips), which are then added
// and transformed back (winogradGradientTaps). From there on all tiles are transformed first (winogradGradientInput), and a
// thread takes pairs of a block of input and a group of output channels, whose S it finishes by itself
// (winogradGradientBlocks). Layouts: V and D [e][block][tile][16] in a strip, [block][e][tile][16] for all tiles;
// S [e][C][K]; 192 bytes between matrices.

import { WinogradGradientArgs } from './args';
import { stepsTile } from './gemm-tiles';
import { unitStart } from './share';
import { transformTapGradients } from './winograd-taps';
import { endOf, firstOf } from './winograd-tiles';
import { prepareTemp, TEMP_BYTES, transformGradient, transformInput } from './winograd-transforms';

const PAD: usize = 192;
const TILE: usize = 64;

@inline
function matrixBytes(rows: i32, columns: i32): usize {
  return (<usize>(rows * columns) << 2) + PAD;
}

// Unit of work: a strip of tiles.
export function winogradGradientStrips(a: WinogradGradientArgs, tid: i32, threads: i32): void {
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  const s = a.s + <usize>tid * a.sBytes;
  const channels = a.input.blocks << 4;
  const outChannels = a.gradient.blocks << 4;
  const block = <usize>a.tilesPerStrip * TILE;
  const vElement = matrixBytes(a.tilesPerStrip, channels);
  const dElement = matrixBytes(a.tilesPerStrip, outChannels);
  const sElement = matrixBytes(channels, outChannels);
  const sRow = <usize>outChannels << 2;
  const v = temp + TEMP_BYTES;
  const d = v + 36 * vElement;
  prepareTemp(temp);
  const strips = (a.tiles - 1) / a.tilesPerStrip + 1;
  const start = unitStart(strips, tid, threads);
  const last = unitStart(strips, tid + 1, threads);
  memory.fill(s, 0, a.sBytes);
  for (let i = start; i < last; i++) {
    const first = i * a.tilesPerStrip;
    const end = min(a.tiles, first + a.tilesPerStrip);
    transformInput(a.input, first, end, v, vElement, TILE, block, temp);
    transformGradient(a.gradient, first, end, d, dElement, TILE, block, temp);
    for (let e = 0; e < 36; e++) {
      const from = max(first, firstOf(a.input, e));
      const tiles = min(end, endOf(a.input, e)) - from;
      if (tiles <= 0) continue;
      const skipped = <usize>(from - first) * TILE;
      for (let c = 0; c < a.input.blocks; c++)
        for (let k = 0; k < a.gradient.blocks; k++)
          addOuter(
            v + <usize>e * vElement + <usize>c * block + skipped,
            d + <usize>e * dElement + <usize>k * block + skipped,
            tiles,
            s + <usize>e * sElement + <usize>(c << 4) * sRow + (<usize>k << 6),
            sRow,
            false,
          );
    }
  }
}

// Unit of work: a block of input channels.
export function winogradGradientTaps(a: WinogradGradientArgs, tid: i32, threads: i32): void {
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  const channels = a.input.blocks << 4;
  const outChannels = a.gradient.blocks << 4;
  const sElement = matrixBytes(channels, outChannels);
  const sRow = <usize>outChannels << 2;
  const last = unitStart(channels, tid + 1, threads);
  for (let c = unitStart(channels, tid, threads); c < last; c++)
    storeRow(a, a.s + <usize>c * sRow, sElement, a.parts, c, 0, outChannels, temp);
}

// The taps' gradients of input channel `c` and output channels [k, kEnd), whose S starts at `s`.
function storeRow(
  a: WinogradGradientArgs,
  s: usize,
  element: usize,
  parts: i32,
  c: i32,
  k: i32,
  kEnd: i32,
  temp: usize,
): void {
  const lane = <usize>(a.input.blocks << 4) * 36;
  let dw = a.dw + <usize>k * lane + <usize>c * 36;
  for (; k < kEnd; k += 4) {
    transformTapGradients(s, element, parts, a.sBytes, dw, lane, temp);
    s += 16;
    dw += 4 * lane;
  }
}

// V and D of all tiles. Unit of work: a tile.
export function winogradGradientInput(a: WinogradGradientArgs, tid: i32, threads: i32): void {
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  const element = matrixBytes(a.tiles, 16);
  prepareTemp(temp);
  const last = unitStart(a.tiles, tid + 1, threads);
  for (let first = unitStart(a.tiles, tid, threads); first < last; first += a.tilesPerStrip) {
    const end = min(last, first + a.tilesPerStrip);
    const skipped = <usize>first * TILE;
    transformInput(a.input, first, end, a.v + skipped, element, TILE, 36 * element, temp);
    transformGradient(a.gradient, first, end, a.d + skipped, element, TILE, 36 * element, temp);
  }
}

// Unit of work: a block of input channels with a group of blocks of output channels.
export function winogradGradientBlocks(a: WinogradGradientArgs, tid: i32, threads: i32): void {
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  const s = temp + TEMP_BYTES;
  const element = matrixBytes(a.tiles, 16);
  const groups = (a.gradient.blocks - 1) / a.blocksPerGroup + 1;
  const last = unitStart(a.input.blocks * groups, tid + 1, threads);
  for (let i = unitStart(a.input.blocks * groups, tid, threads); i < last; i++) {
    const c = i / groups;
    const block = (i - c * groups) * a.blocksPerGroup;
    const blockEnd = min(a.gradient.blocks, block + a.blocksPerGroup);
    const width = (blockEnd - block) << 4;
    const sElement = matrixBytes(16, width);
    const sRow = <usize>width << 2;
    for (let e: usize = 0; e < 36; e++) {
      const v = a.v + (<usize>c * 36 + e) * element;
      const start = firstOf(a.input, <i32>e);
      const end = endOf(a.input, <i32>e);
      if (start >= end) memory.fill(s + e * sElement, 0, 16 * sRow);
      for (let first = start; first < end; first += a.tilesPerStrip) {
        const tiles = min(a.tilesPerStrip, end - first);
        const skipped = <usize>first * TILE;
        for (let k = block; k < blockEnd; k++)
          addOuter(
            v + skipped,
            a.d + (<usize>k * 36 + e) * element + skipped,
            tiles,
            s + e * sElement + (<usize>(k - block) << 6),
            sRow,
            first == start,
          );
      }
    }
    for (let r = 0; r < 16; r++)
      storeRow(a, s + <usize>r * sRow, sElement, 1, (c << 4) + r, block << 4, blockEnd << 4, temp);
  }
}

// S [16][16] (+)= Vᵀ [16][tiles] · D [tiles][16], 16 rows as tiles of 6, 5 and 5.
function addOuter(v: usize, d: usize, tiles: i32, s: usize, sRow: usize, isFirst: bool): void {
  const bytes = <usize>tiles * TILE;
  for (let half: usize = 0; half < 64; half += 32) {
    const b = d + half;
    const y0 = s + half;
    const y1 = y0 + 6 * sRow;
    const y2 = y1 + 5 * sRow;
    stepsTile(8, 6, v, TILE, b, TILE, b + bytes, y0, sRow, isFirst ? 0 : y0, sRow, -Infinity);
    stepsTile(8, 5, v + 24, TILE, b, TILE, b + bytes, y1, sRow, isFirst ? 0 : y1, sRow, -Infinity);
    stepsTile(8, 5, v + 44, TILE, b, TILE, b + bytes, y2, sRow, isFirst ? 0 : y2, sRow, -Infinity);
  }
}
