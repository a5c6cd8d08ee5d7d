// Winograd convolution whose products foreign code makes (./calls.ts), 36 at a time; the transforms are those of
// winograd-transforms.ts and winograd-taps.ts.
//
// All matrices are tile-major, which is how batched products like their operands: V [tile][36][C], D and M [tile][36][K],
// U [C][36][K] or, where that is small, [36][C][K], S [C][36][K]. As in winograd-forward.ts and winograd-weight.ts a thread
// takes strips of tiles below 256 channels, and slices of channels from there on.

import { ForeignProduct, ForeignWinogradArgs, ForeignWinogradGradientArgs, Tiles } from './args';
import { runRecord } from './calls';
import { unitStart } from './share';
import { transformTapGradients, transformTaps } from './winograd-taps';
import {
  prepareTemp,
  TEMP_BYTES,
  transformGradient,
  transformInput,
  transformOutput,
} from './winograd-transforms';

const LINES: usize = 512; // In the temp: a line of each element, behind a transform of taps, over the zeros for transforms of tensors.
const OPERANDS: usize = 3072; // In the temp: pointers of a product's operands.

// A product of a strip of tiles, or of the last one.
function multiply(a: ForeignProduct, tid: i32, isLast: bool, left: usize, right: usize, to: usize, temp: usize): void {
  const list = temp + OPERANDS;
  store<u32>(list, left);
  store<u32>(list, right, 4);
  store<u32>(list, to, 8);
  store<u32>(list, a.pad + <usize>tid * a.padBytes, 12);
  runRecord(a.records + (<usize>tid * 2 + <usize>isLast) * a.recordBytes, a.operands, list);
}

// 36 lines of 16 floats, from one after the other to `element` bytes apart.
function copyLines(from: usize, to: usize, element: usize): void {
  const end = from + 36 * 64;
  while (from < end) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    v128.store(to, v128.load(from, 32), 32);
    v128.store(to, v128.load(from, 48), 48);
    from += 64;
    to += element;
  }
}

// U of output blocks [first, end), of which the first lies at `to`.
function weights(a: ForeignWinogradArgs, first: i32, end: i32, to: usize, element: usize, row: usize, temp: usize): void {
  const channels = a.input.blocks << 4;
  const flipped = a.flipped != 0;
  const lines = temp + LINES;
  for (let b = first; b < end; b++) {
    let w = a.w + <usize>(b << 4) * a.lane;
    let u = to;
    for (let c = 0; c < channels; c++) {
      // A line of each element at a time: their places may all fall on the same lines of the cache.
      for (let k: usize = 0; k < 4; k++)
        transformTaps(w + (k << 2) * a.lane, a.lane, flipped, lines + (k << 4), 64, temp);
      copyLines(lines, u, element);
      u += row;
      w += a.sum;
    }
    to += 64;
  }
}

// U of all output channels. Unit of work: a block of 16 of them.
export function winogradForeignWeights(a: ForeignWinogradArgs, tid: i32, threads: i32): void {
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  const first = unitStart(a.output.blocks, tid, threads);
  const end = unitStart(a.output.blocks, tid + 1, threads);
  weights(a, first, end, a.u + (<usize>first << 6), a.uElement, a.uRow, temp);
}

// Unit of work: a strip of tiles.
export function winogradForeignStrips(a: ForeignWinogradArgs, tid: i32, threads: i32): void {
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  const vElement = <usize>a.input.blocks << 6;
  const mElement = <usize>a.output.blocks << 6;
  const v = temp + TEMP_BYTES;
  const m = v + 36 * vElement * <usize>a.tilesPerStrip;
  prepareTemp(temp);
  const strips = (a.tiles - 1) / a.tilesPerStrip + 1;
  const last = unitStart(strips, tid + 1, threads);
  for (let i = unitStart(strips, tid, threads); i < last; i++) {
    const first = i * a.tilesPerStrip;
    const end = min(a.tiles, first + a.tilesPerStrip);
    transformInput(a.input, first, end, v, vElement, 36 * vElement, 64, temp);
    multiply(a.product, tid, i == strips - 1, v, a.u, m, temp);
    transformOutput(a.output, first, end, 0, a.output.blocks, m, mElement, 36 * mElement, a.add, a.floor, temp);
  }
}

// V of all tiles. Unit of work: a tile.
export function winogradForeignInput(a: ForeignWinogradArgs, tid: i32, threads: i32): void {
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  const element = <usize>a.input.blocks << 6;
  prepareTemp(temp);
  const last = unitStart(a.tiles, tid + 1, threads);
  const chunk = tilesAtOnce(a.input);
  for (let first = unitStart(a.tiles, tid, threads); first < last; first += chunk) {
    const end = min(last, first + chunk);
    transformInput(a.input, first, end, a.v + <usize>first * 36 * element, element, 36 * element, 64, temp);
  }
}

// Tiles whose transforms stay in the second-level cache while their channels are written block by block.
function tilesAtOnce(a: Tiles): i32 {
  return max(1, 524288 / (36 * (a.blocks << 6)));
}

// Unit of work: a slice of the output channels.
export function winogradForeignSlices(a: ForeignWinogradArgs, tid: i32, threads: i32): void {
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  const channels = a.input.blocks << 4;
  const vTile = (<usize>channels << 2) * 36;
  const element = <usize>a.blocksPerSlice << 6; // of U and M
  const u = temp + TEMP_BYTES;
  const m = u + 36 * element * <usize>channels;
  const slices = a.output.blocks / a.blocksPerSlice;
  const last = unitStart(slices, tid + 1, threads);
  for (let i = unitStart(slices, tid, threads); i < last; i++) {
    const block = i * a.blocksPerSlice;
    const blockEnd = block + a.blocksPerSlice;
    weights(a, block, blockEnd, u, element, 36 * element, temp);
    for (let first = 0; first < a.tiles; first += a.tilesPerStrip) {
      const end = min(a.tiles, first + a.tilesPerStrip);
      multiply(a.product, tid, end == a.tiles, a.v + <usize>first * vTile, u, m, temp);
      transformOutput(a.output, first, end, block, blockEnd, m, element, 36 * element, a.add, a.floor, temp);
    }
  }
}

// S of each thread's strips of tiles.
export function winogradForeignGradientStrips(a: ForeignWinogradGradientArgs, tid: i32, threads: i32): void {
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  const s = a.s + <usize>tid * a.sBytes;
  const vElement = <usize>a.input.blocks << 6;
  const dElement = <usize>a.gradient.blocks << 6;
  const v = temp + TEMP_BYTES;
  const d = v + 36 * vElement * <usize>a.tilesPerStrip;
  prepareTemp(temp);
  memory.fill(s, 0, a.sBytes);
  const strips = (a.tiles - 1) / a.tilesPerStrip + 1;
  const last = unitStart(strips, tid + 1, threads);
  for (let i = unitStart(strips, tid, threads); i < last; i++) {
    const first = i * a.tilesPerStrip;
    const end = min(a.tiles, first + a.tilesPerStrip);
    transformInput(a.input, first, end, v, vElement, 36 * vElement, 64, temp);
    transformGradient(a.gradient, first, end, d, dElement, 36 * dElement, 64, temp);
    multiply(a.product, tid, i == strips - 1, v, d, s, temp);
  }
}

// dw from the sum of the threads' S. Unit of work: an input channel.
export function winogradForeignGradientTaps(a: ForeignWinogradGradientArgs, tid: i32, threads: i32): void {
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  const channels = a.input.blocks << 4;
  const last = unitStart(channels, tid + 1, threads);
  for (let c = unitStart(channels, tid, threads); c < last; c++)
    storeRow(a, a.s + <usize>c * a.sRow, a.sElement, a.parts, c, 0, a.gradient.blocks << 4, temp);
}

// The taps' gradients of input channel `c` and output channels [k, kEnd), whose S starts at `s`.
function storeRow(
  a: ForeignWinogradGradientArgs,
  s: usize,
  element: usize,
  parts: i32,
  c: i32,
  k: i32,
  kEnd: i32,
  temp: usize,
): void {
  let dw = a.dw + <usize>k * a.lane + <usize>c * a.sum;
  for (; k < kEnd; k += 4) {
    transformTapGradients(s, element, parts, a.sBytes, dw, a.lane, temp);
    s += 16;
    dw += 4 * a.lane;
  }
}

// V and D of all tiles, each [group or slice][tile][36][its channels]. Unit of work: a tile.
export function winogradForeignGradientInput(a: ForeignWinogradGradientArgs, tid: i32, threads: i32): void {
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  prepareTemp(temp);
  const last = unitStart(a.tiles, tid + 1, threads);
  const chunk = min(tilesAtOnce(a.input), tilesAtOnce(a.gradient));
  for (let first = unitStart(a.tiles, tid, threads); first < last; first += chunk)
    gradientTiles(a, first, min(last, first + chunk), temp);
}

function gradientTiles(a: ForeignWinogradGradientArgs, first: i32, end: i32, temp: usize): void {
  const vElement = <usize>a.blocksPerGroup << 6;
  const dElement = <usize>a.blocksPerSlice << 6;
  let v = a.v + <usize>first * 36 * vElement;
  let d = a.d + <usize>first * 36 * dElement;
  for (let block = 0; block < a.input.blocks; block += a.blocksPerGroup) {
    transformInput(a.input, first, end, v, vElement, 36 * vElement, 64, temp, block, block + a.blocksPerGroup);
    v += <usize>a.tiles * 36 * vElement;
  }
  for (let block = 0; block < a.gradient.blocks; block += a.blocksPerSlice) {
    transformGradient(a.gradient, first, end, d, dElement, 36 * dElement, 64, temp, block, block + a.blocksPerSlice);
    d += <usize>a.tiles * 36 * dElement;
  }
}

// dw. Unit of work: a group of input channels with a slice of output channels.
export function winogradForeignGradientBlocks(a: ForeignWinogradGradientArgs, tid: i32, threads: i32): void {
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  const s = temp + TEMP_BYTES;
  const vGroup = (<usize>a.blocksPerGroup << 6) * 36 * <usize>a.tiles;
  const element = <usize>a.blocksPerSlice << 6;
  const dSlice = element * 36 * <usize>a.tiles;
  const slices = a.gradient.blocks / a.blocksPerSlice;
  const channels = a.blocksPerGroup << 4;
  const last = unitStart(a.groups * slices, tid + 1, threads);
  for (let i = unitStart(a.groups * slices, tid, threads); i < last; i++) {
    const slice = i / a.groups;
    const group = i - slice * a.groups;
    multiply(a.product, tid, false, a.v + <usize>group * vGroup, a.d + <usize>slice * dSlice, s, temp);
    const k = (slice * a.blocksPerSlice) << 4;
    const kEnd = k + (a.blocksPerSlice << 4);
    for (let r = 0; r < channels; r++)
      storeRow(a, s + <usize>r * 36 * element, element, 1, group * channels + r, k, kEnd, temp);
  }
}
