// The products of Winograd's matrices.

import { WinogradArgs } from './args';
import { rowsTile } from './gemm-tiles';
import { unitStart } from './share';

// Unused bytes after each matrix, for strides that are powers of two would fall on the same lines of the caches.
const PAD: usize = 192;

@inline
export function matrixBytes(rows: i32, columns: i32): usize {
  return (<usize>(rows * columns) << 2) + PAD;
}

// First block of the output channels that thread `tid` takes, in slices of `blocksPerSlice`; the next thread's first is its end.
// (What takes its arguments first is a kernel.)
@inline
export function sliceStart(tid: i32, threads: i32, a: WinogradArgs): i32 {
  const slices = (a.output.blocks - 1) / a.blocksPerSlice + 1;
  return min(a.output.blocks, unitStart(slices, tid, threads) * a.blocksPerSlice);
}

// M [rows][columns] = V [rows][depth] · U [columns / 8][depth][8]: from a row of V to the next are `vRow` bytes, from a panel
// of U, of which no more than the start may be read, `panel`.
export function multiply(
  v: usize,
  vRow: usize,
  rows: i32,
  depth: i32,
  u: usize,
  panel: usize,
  columns: i32,
  m: usize,
): void {
  const tiles = (rows - 1) / 6 + 1;
  const shorter = rows / tiles;
  const longer = rows - shorter * tiles; // tiles with one row more
  const length = <usize>depth << 2;
  const mRow = <usize>columns << 2;
  for (let p = 0; p < columns; p += 8) {
    let from = v;
    let to = m + (<usize>p << 2);
    for (let t = 0; t < tiles; t++) {
      const count = t < longer ? shorter + 1 : shorter;
      rowsTile(count, from, vRow, from + length, u, 32, to, mRow, 0, 0, -Infinity);
      from += <usize>count * vRow;
      to += <usize>count * mRow;
    }
    u += panel;
  }
}
