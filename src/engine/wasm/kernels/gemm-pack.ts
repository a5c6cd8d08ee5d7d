// Operands of a matrix product copied to where its inner loop reads them one after another.

import { transpose } from './transpose';

// `width` ≤ 8 columns of B as [depth][8], zeros in the columns that are not there.
export function packColumns(b: usize, bStep: usize, bColumn: usize, depth: i32, width: i32, to: usize): void {
  const end = to + (<usize>depth << 5);
  if (width == 8 && bColumn == 4) {
    while (to < end) {
      v128.store(to, v128.load(b));
      v128.store(to, v128.load(b, 16), 16);
      b += bStep;
      to += 32;
    }
    return;
  }
  if (width == 8 && bStep == 4) {
    transposeFour(b, bColumn, depth, to);
    transposeFour(b + 4 * bColumn, bColumn, depth, to + 16);
    return;
  }
  const filled = <usize>width << 2;
  while (to < end) {
    let from = b;
    for (let j: usize = 0; j < 32; j += 4) {
      const isThere = j < filled;
      store<f32>(to + j, isThere ? load<f32>(from) : 0);
      if (isThere) from += bColumn;
    }
    b += bStep;
    to += 32;
  }
}

// Four rows, each contiguous, as columns 0 … 3 of a [depth][8] panel.
function transposeFour(b: usize, row: usize, depth: i32, to: usize): void {
  let b1 = b + row;
  let b2 = b1 + row;
  let b3 = b2 + row;
  let end = b + (<usize>(depth & ~3) << 2);
  while (b < end) {
    transpose(b, b1, b2, b3, to, to + 32, to + 64, to + 96);
    b += 16;
    b1 += 16;
    b2 += 16;
    b3 += 16;
    to += 128;
  }
  end += <usize>(depth & 3) << 2;
  while (b < end) {
    store<f32>(to, load<f32>(b));
    store<f32>(to, load<f32>(b1), 4);
    store<f32>(to, load<f32>(b2), 8);
    store<f32>(to, load<f32>(b3), 12);
    b += 4;
    b1 += 4;
    b2 += 4;
    b3 += 4;
    to += 32;
  }
}

// The rows of Aᵀ in tiles of [depth][6]: `longer` tiles of shorter + 1 rows, then tiles of `shorter`, a slot each.
// A's columns are contiguous: A[i, k] lies at a + 4·i + k·aStep.
export function packRows(
  a: usize,
  aStep: usize,
  depth: i32,
  tiles: i32,
  shorter: i32,
  longer: i32,
  to: usize,
  slot: usize,
): void {
  for (let t = 0; t < tiles; t++) {
    const bytes = <usize>(t < longer ? shorter + 1 : shorter) << 2;
    let from = a;
    for (let o: usize = 0; o < slot; o += 24) {
      for (let i: usize = 0; i < bytes; i += 4) store<f32>(to + o + i, load<f32>(from + i));
      from += aStep;
    }
    a += bytes;
    to += slot;
  }
}
