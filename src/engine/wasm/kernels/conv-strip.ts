// What direct convolution and its weight gradient share: the input's part that a strip of output reads, and its padded copy.

import { ConvArgs } from './args';

// Rows of input that `rows` output rows read.
@inline
export function inputRows(a: ConvArgs, rows: i32): i32 {
  return (rows - 1) * a.strideHeight + (a.kernelHeight - 1) * a.dilationHeight + 1;
}

// Columns of input that a row of output reads.
@inline
export function inputColumns(a: ConvArgs): i32 {
  return (a.outWidth - 1) * a.strideWidth + (a.kernelWidth - 1) * a.dilationWidth + 1;
}

// Whether every tap of every output pixel falls inside the input, so that no padded copy is needed.
export function isInside(a: ConvArgs): bool {
  return (
    a.padTop <= 0 &&
    a.padLeft <= 0 &&
    inputRows(a, a.outHeight) - a.padTop <= a.height &&
    inputColumns(a) - a.padLeft <= a.width
  );
}

// `bytes` (a multiple of 4) zeros.
@inline
export function zeroFloats(to: usize, bytes: usize): void {
  const zero = f32x4.splat(0);
  const end = to + bytes;
  while (to + 16 <= end) {
    v128.store(to, zero);
    to += 16;
  }
  while (to < end) {
    store<f32>(to, 0);
    to += 4;
  }
}

// Copies `bytes` (a multiple of 4) bytes.
@inline
export function moveFloats(to: usize, from: usize, bytes: usize): void {
  const end = to + bytes;
  while (to + 16 <= end) {
    v128.store(to, v128.load(from));
    to += 16;
    from += 16;
  }
  while (to < end) {
    store<f32>(to, load<f32>(from));
    to += 4;
    from += 4;
  }
}

// Copies input rows top … top + rows of `blocks` blocks to `to` as [blocks][rows][columns][B], columns starting at −padLeft,
// with zeros outside the input and `gap` unused bytes after each block.
export function padStrip(
  a: ConvArgs,
  x: usize,
  blocks: i32,
  top: i32,
  rows: i32,
  columns: i32,
  to: usize,
  gap: usize,
): void {
  const pixel = a.pixel;
  const xRow = <usize>a.width * pixel;
  const before = min(max(a.padLeft, 0), columns);
  const skipped = max(-a.padLeft, 0);
  const inside = max(min(a.width - skipped, columns - before), 0);
  const left = <usize>before * pixel;
  const middle = <usize>inside * pixel;
  const right = <usize>(columns - before - inside) * pixel;
  for (let c = 0; c < blocks; c++) {
    for (let y = top; y < top + rows; y++) {
      if (y < 0 || y >= a.height) {
        zeroFloats(to, left + middle + right);
      } else {
        zeroFloats(to, left);
        moveFloats(to + left, x + <usize>y * xRow + <usize>skipped * pixel, middle);
        zeroFloats(to + left + middle, right);
      }
      to += left + middle + right;
    }
    x += a.xBlock;
    to += gap;
  }
}
