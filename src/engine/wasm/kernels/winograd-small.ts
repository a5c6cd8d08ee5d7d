// Winograd convolution F(2×2, 3×3), forward, of few tiles with many channels: there it takes longest to read the transformed
// weights, which have 16 elements where F(4×4, 3×3) has 36. Layouts as in winograd-forward.ts, e counting the 16 elements.

import { WinogradArgs } from './args';
import { unitStart } from './share';
import { matrixBytes, multiply, sliceStart } from './winograd-product';
import { transformSmallInput, transformSmallOutput, transformSmallTaps } from './winograd-small-transforms';
import { prepareTemp, TEMP_BYTES } from './winograd-transforms';

// U of all output channels. Unit of work: a block of 16 of them, two panels.
export function winogradSmallWeights(a: WinogradArgs, tid: i32, threads: i32): void {
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  const channels = a.input.blocks << 4;
  const panel = <usize>channels << 5;
  const element = matrixBytes(channels, a.output.blocks << 4);
  const end = unitStart(a.output.blocks, tid + 1, threads);
  for (let b = unitStart(a.output.blocks, tid, threads); b < end; b++) {
    let w = a.w + <usize>(b << 4) * a.lane;
    let to = a.u + 2 * <usize>b * panel;
    for (let c = 0; c < channels; c++) {
      for (let k: usize = 0; k < 4; k++)
        transformSmallTaps(w + (k << 2) * a.lane, a.lane, to + (k >> 1) * panel + ((k & 1) << 4), element, temp);
      to += 32;
      w += a.sum;
    }
  }
}

// V of all tiles. Unit of work: a tile.
export function winogradSmallInput(a: WinogradArgs, tid: i32, threads: i32): void {
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  const channels = a.input.blocks << 4;
  const first = unitStart(a.tiles, tid, threads);
  const end = unitStart(a.tiles, tid + 1, threads);
  prepareTemp(temp);
  transformSmallInput(a.input, first, end, a.v, matrixBytes(a.tiles, channels), <usize>channels << 2, temp);
}

// Unit of work: a slice of the output channels.
export function winogradSmallSlices(a: WinogradArgs, tid: i32, threads: i32): void {
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  const channels = a.input.blocks << 4;
  const row = <usize>channels << 2;
  const vElement = matrixBytes(a.tiles, channels);
  const uElement = matrixBytes(channels, a.output.blocks << 4);
  const mElement = matrixBytes(a.tiles, a.blocksPerSlice << 4);
  const m = temp + TEMP_BYTES;
  const last = sliceStart(tid + 1, threads, a);
  for (let block = sliceStart(tid, threads, a); block < last; block += a.blocksPerSlice) {
    const blockEnd = min(last, block + a.blocksPerSlice);
    const columns = (blockEnd - block) << 4;
    const u = a.u + (<usize>(block * channels) << 6);
    for (let e: usize = 0; e < 16; e++)
      multiply(a.v + e * vElement, row, a.tiles, channels, u + e * uElement, row << 3, columns, m + e * mElement);
    const tile = <usize>columns << 2;
    transformSmallOutput(a.output, block, blockEnd, m, mElement, tile, a.add, a.adds != 0, a.floor, temp);
  }
}
