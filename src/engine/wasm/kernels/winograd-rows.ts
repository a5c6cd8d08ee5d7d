// Winograd convolution along rows, forward and (with kernels turned by 180° and their channels exchanged) the gradient of the
// input where the stride is 1; see winograd-rows-transforms.ts. A thread takes strips of rows through transform, product and
// inverse in memory that stays in its second-level cache. In the product each of the eight elements is a convolution of its
// own with a kernel one tile wide.

import { RowsArgs } from './args';
import { tableTile } from './gemm-tiles';
import { unitStart } from './share';
import { prepareRow, Rows, transformRows, transformRowsBack } from './winograd-rows-transforms';

const MINUS_TWO_NINTHS: f64 = -2.0 / 9;
const ONE_NINETIETH: f64 = 1.0 / 90;
const WIDE: f64 = 32.0 / 45;

// u of all output channels. Unit of work: an output channel.
export function winogradRowsWeights(args: RowsArgs, tid: i32, threads: i32): void {
  const a = changetype<Rows>(args);
  const end = unitStart(a.columns, tid + 1, threads);
  for (let k = unitStart(a.columns, tid, threads); k < end; k++) {
    const panel = k / a.panelWidth;
    let to = a.u + <usize>panel * panelBytes(a) + (<usize>(k - panel * a.panelWidth) << 2);
    for (let i = 0; i < a.kernelHeight; i++) {
      for (let phase = 0; phase < a.strideWidth; phase++) {
        for (let c = 0; c < a.stored; c++) {
          const isKernel = k < a.outChannels && c < a.channels;
          const w = a.w + <usize>k * a.lane + <usize>c * a.sum;
          transformKernelRow(a, isKernel, w, i, phase, to);
          to += <usize>a.panelWidth << 2;
        }
      }
    }
  }
}

// The eight elements of row `i` of a kernel, of the taps that meet pixels of `phase`.
function transformKernelRow(a: Rows, isKernel: bool, w: usize, i: i32, phase: i32, to: usize): void {
  const g0 = tap(a, isKernel, w, i, phase);
  const g1 = tap(a, isKernel, w, i, phase + a.strideWidth);
  const g2 = tap(a, isKernel, w, i, phase + 2 * a.strideWidth);
  const g3 = tap(a, isKernel, w, i, phase + 3 * a.strideWidth);
  const g4 = tap(a, isKernel, w, i, phase + 4 * a.strideWidth);
  const element = weightMatrix(a);
  store<f32>(to, <f32>g0);
  putPair(to + element, element, MINUS_TWO_NINTHS, g0 + g2 + g4, g1 + g3);
  putPair(to + 3 * element, element, ONE_NINETIETH, g0 + 4 * g2 + 16 * g4, 2 * g1 + 8 * g3);
  putPair(to + 5 * element, element, WIDE, g0 + 0.25 * g2 + 0.0625 * g4, 0.5 * g1 + 0.125 * g3);
  store<f32>(to + 7 * element, <f32>(a.outputs == 4 ? g4 : g3));
}

@inline
function putPair(to: usize, element: usize, factor: f64, even: f64, odd: f64): void {
  store<f32>(to, <f32>(factor * (even + odd)));
  store<f32>(to + element, <f32>(factor * (even - odd)));
}

// A kernel's value in row `i` and column `j`; 0 outside.
function tap(a: Rows, isKernel: bool, w: usize, i: i32, j: i32): f64 {
  if (!isKernel || j >= a.kernelWidth) return 0;
  const at = i * a.kernelWidth + j;
  const last = a.kernelHeight * a.kernelWidth - 1;
  return load<f32>(w + (<usize>(a.flipped ? last - at : at) << 2));
}

@inline
function panelBytes(a: Rows): usize {
  return <usize>(a.kernelHeight * a.lanes * a.panelWidth) << 2;
}

@inline
function weightMatrix(a: Rows): usize {
  return <usize>(a.columns / a.panelWidth) * panelBytes(a) + 192;
}

// Unit of work: a strip of output rows of one image.
export function winogradRows(args: RowsArgs, tid: i32, threads: i32): void {
  const a = changetype<Rows>(args);
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  const table = prepareRow(a, temp);
  const tableEnd = writeOffsets(a, table);
  const v = (tableEnd + 63) & ~63;
  const m = v + 8 * a.inputMatrix;
  const strips = (a.outHeight - 1) / a.rowsPerStrip + 1;
  const end = unitStart(a.images * strips, tid + 1, threads);
  for (let i = unitStart(a.images * strips, tid, threads); i < end; i++) {
    const image = i / strips;
    const first = (i - image * strips) * a.rowsPerStrip;
    const rows = min(a.rowsPerStrip, a.outHeight - first);
    transformRows(a, a.x + <usize>image * a.xImage, first, rows, v, temp);
    for (let e: usize = 0; e < 8; e++)
      multiply(a, v + e * a.inputMatrix, rows * a.across, table, tableEnd, a.u + e * weightMatrix(a), m + e * a.outputMatrix);
    transformRowsBack(a, m, a.y + <usize>image * a.yImage, first, rows);
  }
}

// The offset of every kernel row and lane from a tile's element; returns the end.
function writeOffsets(a: Rows, to: usize): usize {
  for (let i = 0; i < a.kernelHeight; i++) {
    for (let c = 0; c < a.lanes; c++) {
      store<u32>(to, <u32>(a.kernelRow(i) + (<usize>c << 2)));
      to += 4;
    }
  }
  return to;
}

// One element of `count` tiles that follow each other: m [count][columns] = v · u.
function multiply(a: Rows, v: usize, count: i32, table: usize, tableEnd: usize, u: usize, m: usize): void {
  const width = a.panelWidth;
  const tallest = width == 12 ? 3 : 6;
  const tiles = (count - 1) / tallest + 1;
  const shorter = count / tiles;
  const longer = count - shorter * tiles; // with one row more
  const step = a.tile;
  const row = <usize>a.columns << 2;
  for (let t = 0; t < tiles; t++) {
    const rows = t < longer ? shorter + 1 : shorter;
    let w = u;
    for (let k: usize = 0; k < row; k += <usize>width << 2) {
      tableTile(width, rows, v, step, table, tableEnd, w, m + k, row, 0, 0, -Infinity);
      w += panelBytes(a);
    }
    v += <usize>rows * step;
    m += <usize>rows * row;
  }
}
