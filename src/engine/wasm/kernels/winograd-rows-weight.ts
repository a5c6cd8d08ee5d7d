// The weight gradient of a Winograd convolution along rows: s = Σ over tiles of v ⊙ A dy for each of the eight elements and
// each kernel row, then dg = Gᵀ s; see winograd-rows-transforms.ts.

import { RowsArgs } from './args';
import { stepsTile } from './gemm-tiles';
import { unitStart } from './share';
import { prepareRow, Rows, transformGradientRows, transformRows } from './winograd-rows-transforms';

const MINUS_TWO_NINTHS: f64 = -2.0 / 9;
const ONE_NINETIETH: f64 = 1.0 / 90;
const WIDE: f64 = 32.0 / 45;

// Sums of each thread: [8][kernelHeight][lanes][columns]. Unit of work: a strip of output rows of one image.
export function winogradRowsGradient(args: RowsArgs, tid: i32, threads: i32): void {
  const a = changetype<Rows>(args);
  const temp = a.scratch + <usize>tid * a.scratchBytes;
  const v = (prepareRow(a, temp) + 63) & ~63;
  const d = v + 8 * a.inputMatrix;
  const s = a.u + <usize>tid * a.partBytes;
  const strips = (a.outHeight - 1) / a.rowsPerStrip + 1;
  const outputRow = <usize>(a.across * a.columns) << 2;
  const pass = rowsPerPass(a, outputRow);
  const start = unitStart(a.images * strips, tid, threads);
  const end = unitStart(a.images * strips, tid + 1, threads);
  if (start == end) memory.fill(s, 0, a.partBytes);
  for (let i = start; i < end; i++) {
    const image = i / strips;
    const first = (i - image * strips) * a.rowsPerStrip;
    const rows = min(a.rowsPerStrip, a.outHeight - first);
    transformRows(a, a.x + <usize>image * a.xImage, first, rows, v, temp);
    transformGradientRows(a, a.y + <usize>image * a.yImage, first, rows, d, temp);
    for (let e: usize = 0; e < 8; e++)
      for (let r = 0; r < rows; r += pass)
        addElement(
          a,
          v + e * a.inputMatrix + <usize>r * a.inputRow,
          d + e * a.outputMatrix + <usize>r * outputRow,
          min(pass, rows - r) * a.across,
          s + e * sumsBytes(a),
          i == start && r == 0,
        );
  }
}

// Bytes of tiles that stay in the first-level cache while all taps are summed over them.
const PASS_BYTES: usize = 28 * 1024;

// Output rows whose tiles, and those of the input rows that they meet, are so many bytes.
function rowsPerPass(a: Rows, outputRow: usize): i32 {
  const each = a.inputRow * a.strideHeight + outputRow;
  const extra = a.inputRow * <usize>max(0, a.kernelHeight - a.strideHeight);
  return max(1, <i32>((PASS_BYTES - min(PASS_BYTES, extra)) / each));
}

@inline
function sumsBytes(a: Rows): usize {
  return <usize>(a.kernelHeight * a.lanes * a.columns) << 2;
}

// s [kernelHeight][lanes][columns] (+)= one element of `count` tiles.
function addElement(a: Rows, v: usize, d: usize, count: i32, s: usize, isFirst: bool): void {
  const width = a.panelWidth;
  const tallest = width == 12 ? 3 : 6;
  const tiles = (a.lanes - 1) / tallest + 1;
  const shorter = a.lanes / tiles;
  const longer = a.lanes - shorter * tiles; // with one lane more
  const dTile = <usize>a.columns << 2;
  const end = d + <usize>count * dTile;
  for (let i = 0; i < a.kernelHeight; i++) {
    let from = v + a.kernelRow(i);
    for (let t = 0; t < tiles; t++) {
      const lanes = t < longer ? shorter + 1 : shorter;
      for (let k: usize = 0; k < dTile; k += <usize>width << 2) {
        const to = s + k;
        stepsTile(width, lanes, from, a.tile, d + k, dTile, end, to, dTile, isFirst ? 0 : to, dTile, -Infinity);
      }
      from += <usize>lanes << 2;
      s += <usize>lanes * dTile;
    }
  }
}

// The weights' gradient from the sums of all threads, in their order. Unit of work: an output channel.
export function winogradRowsTaps(args: RowsArgs, tid: i32, threads: i32): void {
  const a = changetype<Rows>(args);
  const row = <usize>a.columns << 2;
  const kernelRow = <usize>a.lanes * row;
  const end = unitStart(a.outChannels, tid + 1, threads);
  for (let k = unitStart(a.outChannels, tid, threads); k < end; k++)
    for (let i = 0; i < a.kernelHeight; i++)
      for (let phase = 0; phase < a.strideWidth; phase++)
        for (let c = 0; c < a.channels; c++) {
          const s = a.u + <usize>i * kernelRow + <usize>(phase * a.stored + c) * row + (<usize>k << 2);
          const dw = a.w + <usize>k * a.lane + <usize>c * a.sum;
          putKernelRow(a, s, dw + (<usize>(i * a.kernelWidth) << 2), phase);
        }
}

// The taps of a row of a kernel's gradient that meet pixels of `phase`.
function putKernelRow(a: Rows, s: usize, dw: usize, phase: i32): void {
  const element = sumsBytes(a);
  const s1 = total(a, s + element);
  const s2 = total(a, s + 2 * element);
  const s3 = total(a, s + 3 * element);
  const s4 = total(a, s + 4 * element);
  const s5 = total(a, s + 5 * element);
  const s6 = total(a, s + 6 * element);
  const even1 = MINUS_TWO_NINTHS * (s1 + s2);
  const odd1 = MINUS_TWO_NINTHS * (s1 - s2);
  const even2 = ONE_NINETIETH * (s3 + s4);
  const odd2 = ONE_NINETIETH * (s3 - s4);
  const even3 = WIDE * (s5 + s6);
  const odd3 = WIDE * (s5 - s6);
  const last = total(a, s + 7 * element);
  const three = odd1 + 8 * odd2 + 0.125 * odd3;
  putTap(a, dw, phase, 0, total(a, s) + even1 + even2 + even3);
  putTap(a, dw, phase, 1, odd1 + 2 * odd2 + 0.5 * odd3);
  putTap(a, dw, phase, 2, even1 + 4 * even2 + 0.25 * even3);
  putTap(a, dw, phase, 3, a.outputs == 4 ? three : three + last);
  if (a.outputs == 4) putTap(a, dw, phase, 4, even1 + 16 * even2 + 0.0625 * even3 + last);
}

function total(a: Rows, s: usize): f64 {
  let sum: f64 = 0;
  for (let part = 0; part < a.parts; part++) sum += load<f32>(s + <usize>part * a.partBytes);
  return sum;
}

function putTap(a: Rows, dw: usize, phase: i32, t: i32, value: f64): void {
  const j = phase + t * a.strideWidth;
  if (j < a.kernelWidth) store<f32>(dw + (<usize>j << 2), <f32>value);
}
