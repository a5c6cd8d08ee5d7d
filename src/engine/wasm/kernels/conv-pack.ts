// Weights between PyTorch's row-major [O][I][kH][kW] and the packed panels that the convolution kernels read and write:
// [groups][panels][blocks][kernelHeight][kernelWidth][B][panelWidth], zeros where a panel or a block is not full.
//
// "Columns" are the channels across a panel and "rows" those that are summed over: output and input channels in the
// forward pass and in the weight gradient, the other way round for the gradient of the input.

import { flatStart, unitStart } from './share';

@unmanaged
class PackArgs {
  w: usize; // row-major weights (packing reads, unpacking writes)
  packed: usize;
  groups: i32;
  columns: i32; // of one group
  rows: i32; // of one group
  columnStep: usize; // bytes in w
  rowStep: usize;
  groupStep: usize;
  panels: i32; // of one group
  panelWidth: i32;
  blocks: i32; // of one group
  block: i32; // B
  tapRows: i32;
  tapColumns: i32;
  firstTap: usize; // bytes
  tapRowStep: usize; // bytes, as two's complement: negative where the kernel is flipped
  tapColumnStep: usize;
  partials: i32; // unpacking: partial sums to add, in this order
  partialBytes: usize;
}

// Packs the weights. Args: PackArgs. Unit of work: a panel.
export function convPack(args: usize, tid: i32, threads: i32): void {
  const a = changetype<PackArgs>(args);
  const panelBytes = <usize>(a.blocks * a.tapRows * a.tapColumns * a.block * a.panelWidth) << 2;
  const end = unitStart(a.groups * a.panels, tid + 1, threads);
  for (let i = unitStart(a.groups * a.panels, tid, threads); i < end; i++) {
    const group = i / a.panels;
    const column = (i - group * a.panels) * a.panelWidth;
    const from = a.w + <usize>group * a.groupStep + <usize>column * a.columnStep + a.firstTap;
    packPanel(a, from, a.packed + <usize>i * panelBytes, min(a.panelWidth, max(a.columns - column, 0)));
  }
}

// One panel of `columns` ≤ panelWidth channels; the rest of its width is zeros.
function packPanel(a: PackArgs, from: usize, to: usize, columns: i32): void {
  const width = <usize>a.panelWidth << 2;
  const columnStep = a.columnStep;
  for (let r = 0; r < a.blocks * a.block; r += a.block) {
    for (let i = 0; i < a.tapRows; i++) {
      for (let j = 0; j < a.tapColumns; j++) {
        const tap = from + <usize>i * a.tapRowStep + <usize>j * a.tapColumnStep;
        for (let k = r; k < r + a.block; k++) {
          let source = tap + <usize>k * a.rowStep;
          const filled = k < a.rows ? <usize>columns << 2 : 0;
          for (let c: usize = 0; c < filled; c += 4) {
            store<f32>(to + c, load<f32>(source));
            source += columnStep;
          }
          for (let c: usize = filled; c < width; c += 4) store<f32>(to + c, 0);
          to += width;
        }
      }
    }
  }
}

// Adds the partial gradients and writes them row-major. Args: PackArgs. Unit of work: a panel.
export function convUnpack(args: usize, tid: i32, threads: i32): void {
  const a = changetype<PackArgs>(args);
  const panelBytes = <usize>(a.blocks * a.tapRows * a.tapColumns * a.block * a.panelWidth) << 2;
  const end = unitStart(a.groups * a.panels, tid + 1, threads);
  for (let i = unitStart(a.groups * a.panels, tid, threads); i < end; i++) {
    const group = i / a.panels;
    const column = (i - group * a.panels) * a.panelWidth;
    const to = a.w + <usize>group * a.groupStep + <usize>column * a.columnStep + a.firstTap;
    unpackPanel(a, a.packed + <usize>i * panelBytes, to, min(a.panelWidth, max(a.columns - column, 0)));
  }
}

function unpackPanel(a: PackArgs, from: usize, to: usize, columns: i32): void {
  const width = <usize>a.panelWidth << 2;
  const filled = <usize>columns << 2;
  const last = <usize>a.partials * a.partialBytes;
  for (let r = 0; r < a.blocks * a.block; r += a.block) {
    for (let i = 0; i < a.tapRows; i++) {
      for (let j = 0; j < a.tapColumns; j++) {
        const tap = to + <usize>i * a.tapRowStep + <usize>j * a.tapColumnStep;
        for (let k = r; k < r + a.block; k++) {
          if (k < a.rows) {
            let target = tap + <usize>k * a.rowStep;
            for (let c: usize = 0; c < filled; c += 4) {
              let sum: f32 = 0;
              for (let p: usize = 0; p < last; p += a.partialBytes) sum += load<f32>(from + p + c);
              store<f32>(target, sum);
              target += a.columnStep;
            }
          }
          from += width;
        }
      }
    }
  }
}

// Copies each group's bias to its padded panels, zeros in between. Args: 0 bias (0: all zeros), 1 padded, 2 groups,
// 3 channels of a group, 4 padded channels of a group.
export function convPackBias(args: usize, tid: i32, threads: i32): void {
  const bias = <usize>load<u32>(args);
  const padded = <usize>load<u32>(args, 4);
  const channels = load<i32>(args, 12);
  const width = load<i32>(args, 16);
  const total = load<i32>(args, 8) * width;
  const end = flatStart(total, tid + 1, threads);
  for (let i = flatStart(total, tid, threads); i < end; i++) {
    const group = i / width;
    const channel = i - group * width;
    const value: f32 =
      bias != 0 && channel < channels ? load<f32>(bias + (<usize>(group * channels + channel) << 2)) : 0;
    store<f32>(padded + (<usize>i << 2), value);
  }
}
