// Weights between PyTorch's row-major [O][I][kH][kW] and the packed panels that the convolution kernels read and write:
// [groups][panels][blocks][kernelHeight][kernelWidth][B][panelWidth], zeros where a panel or a block is not full.
//
// "Columns" are the channels across a panel and "rows" those that are summed over: output and input channels in the
// forward pass and in the weight gradient, the other way round for the gradient of the input.

import { PackArgs, PackBiasArgs } from './args';
import { flatStart, unitStart } from './share';
import { transpose } from './transpose';

// Packs the weights. Unit of work: a block of rows of a panel.
export function convPack(args: PackArgs, tid: i32, threads: i32): void {
  eachBlock(args, tid, threads, true);
}

// Adds the partial gradients and writes them row-major. Unit of work: a block of rows of a panel.
export function convUnpack(args: PackArgs, tid: i32, threads: i32): void {
  eachBlock(args, tid, threads, false);
}

// Visits the blocks in the order in which they follow each other in the row-major weights.
function eachBlock(a: PackArgs, tid: i32, threads: i32, packs: bool): void {
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  const panelsAreInner = a.columnStep < a.rowStep;
  const perGroup = a.panels * a.blocks;
  const end = unitStart(a.groups * perGroup, tid + 1, threads);
  for (let i = unitStart(a.groups * perGroup, tid, threads); i < end; i++) {
    const group = i / perGroup;
    const rest = i - group * perGroup;
    const panel = panelsAreInner ? rest % a.panels : rest / a.blocks;
    const block = panelsAreInner ? rest / a.panels : rest % a.blocks;
    convertBlock(a, group, panel, block, temp, packs);
  }
}

// Packs or unpacks one block, four of its columns at a time: the kernels of four columns and one row, each contiguous, are
// turned into one vector per tap in `temp`.
function convertBlock(a: PackArgs, group: i32, panel: i32, block: i32, temp: usize, packs: bool): void {
  const width = <usize>a.panelWidth << 2;
  const tap = <usize>a.block * width; // between the taps of a block
  const blockBytes = <usize>(a.tapRows * a.tapColumns) * tap;
  const first = panel * a.panelWidth;
  const w = a.w + <usize>group * a.groupStep + <usize>first * a.columnStep;
  const packed = a.packed + <usize>((group * a.panels + panel) * a.blocks + block) * blockBytes;
  for (let k = 0; k < a.block; k++) {
    const row = block * a.block + k;
    for (let c = 0; c < a.panelWidth; c += 4) {
      const lanes = row < a.rows ? max(min(4, a.columns - first - c), 0) : 0;
      const kernels = w + <usize>row * a.rowStep + <usize>c * a.columnStep;
      const at = packed + <usize>k * width + (<usize>c << 2);
      if (packs) {
        gatherTaps(kernels, a.columnStep, lanes, a.taps, temp);
        putTaps(a, temp, at, tap);
      } else if (lanes > 0) {
        sumTaps(a, at, tap, temp);
        scatterTaps(temp, kernels, a.columnStep, lanes, a.taps);
      }
    }
  }
}

// Tap t of `lanes` kernels, `step` bytes apart, as vector t of `temp`, with zeros in the other lanes.
function gatherTaps(w: usize, step: usize, lanes: i32, taps: i32, temp: usize): void {
  let t = 0;
  if (lanes == 4) {
    for (; t + 4 <= taps; t += 4) {
      const from = w + (<usize>t << 2);
      transpose(from, from + step, from + 2 * step, from + 3 * step, temp, temp + 16, temp + 32, temp + 48);
      temp += 64;
    }
  }
  for (; t < taps; t++) {
    const from = w + (<usize>t << 2);
    let v = f32x4.splat(0);
    if (lanes > 0) v = v128.load32_zero(from);
    if (lanes > 1) v = v128.load32_lane(from + step, v, 1);
    if (lanes > 2) v = v128.load32_lane(from + 2 * step, v, 2);
    if (lanes > 3) v = v128.load32_lane(from + 3 * step, v, 3);
    v128.store(temp, v);
    temp += 16;
  }
}

// The other way.
function scatterTaps(temp: usize, w: usize, step: usize, lanes: i32, taps: i32): void {
  let t = 0;
  if (lanes == 4) {
    for (; t + 4 <= taps; t += 4) {
      const to = w + (<usize>t << 2);
      transpose(temp, temp + 16, temp + 32, temp + 48, to, to + step, to + 2 * step, to + 3 * step);
      temp += 64;
    }
  }
  for (; t < taps; t++) {
    const to = w + (<usize>t << 2);
    const v = v128.load(temp);
    v128.store32_lane(to, v, 0);
    if (lanes > 1) v128.store32_lane(to + step, v, 1);
    if (lanes > 2) v128.store32_lane(to + 2 * step, v, 2);
    if (lanes > 3) v128.store32_lane(to + 3 * step, v, 3);
    temp += 16;
  }
}

// The vectors of the taps that are meant, in their order, to a panel.
function putTaps(a: PackArgs, temp: usize, to: usize, tap: usize): void {
  for (let i = 0; i < a.tapRows; i++) {
    for (let j = 0; j < a.tapColumns; j++) {
      v128.store(to, v128.load(temp + (<usize>(a.firstTap + i * a.tapRowStep + j * a.tapColumnStep) << 4)));
      to += tap;
    }
  }
}

// The sums of the partial gradients of all taps.
function sumTaps(a: PackArgs, from: usize, tap: usize, temp: usize): void {
  const last = <usize>a.partials * a.partialBytes;
  for (let t = 0; t < a.taps; t++) {
    let sum = v128.load(from);
    for (let p = a.partialBytes; p < last; p += a.partialBytes) sum = f32x4.add(sum, v128.load(from + p));
    v128.store(temp + (<usize>t << 4), sum);
    from += tap;
  }
}

// Copies each group's bias to its padded panels, zeros in between.
export function convPackBias(args: PackBiasArgs, tid: i32, threads: i32): void {
  const bias = args.bias;
  const padded = args.padded;
  const channels = args.channels;
  const width = args.width;
  const total = args.groups * width;
  const end = flatStart(total, tid + 1, threads);
  for (let i = flatStart(total, tid, threads); i < end; i++) {
    const group = i / width;
    const channel = i - group * width;
    const value: f32 = channel < channels ? load<f32>(bias + (<usize>(group * channels + channel) << 2)) : 0;
    store<f32>(padded + (<usize>i << 2), value);
  }
}
