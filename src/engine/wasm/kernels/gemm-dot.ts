// C[m, n] = A · Bᵀ (+ bias) where rows of A and of B are both contiguous in k, as in a linear layer's forward pass: dot
// products in vectors along k, with nothing packed.

import { madd } from './abi';
import { GemmArgs } from './args';
import { unitStart } from './share';

const ROWS: i32 = 4;
const COLUMNS: i32 = 3;

// Unit of work: rowsPerUnit × columnsPerUnit of C of a batch.
export function gemmDot(g: GemmArgs, tid: i32, threads: i32): void {
  const across = (g.n - 1) / g.columnsPerUnit + 1;
  const down = (g.m - 1) / g.rowsPerUnit + 1;
  const end = unitStart(g.batches * across * down, tid + 1, threads);
  for (let i = unitStart(g.batches * across * down, tid, threads); i < end; i++) {
    const whole = i / down; // batch · across + block of columns
    const row = (i - whole * down) * g.rowsPerUnit;
    const batch = whole / across;
    const column = (whole - batch * across) * g.columnsPerUnit;
    const rows = min(g.rowsPerUnit, g.m - row);
    const columns = min(g.columnsPerUnit, g.n - column);
    const offset = g.offsets + <usize>batch * 12;
    const a = g.a + <usize>load<u32>(offset) + <usize>row * g.aRow;
    const b = g.b + <usize>load<u32>(offset, 4) + <usize>column * g.bColumn;
    const c = g.c + <usize>load<u32>(offset, 8) + <usize>row * g.cRow + (<usize>column << 2);
    start(g, c, rows, columns, g.bias ? g.bias + (<usize>column << 2) : 0);
    for (let k = 0; k < g.k; k += g.depth) {
      const depth = min(g.depth, g.k - k);
      const skipped = <usize>k << 2;
      for (let j = 0; j < columns; j += COLUMNS)
        for (let r = 0; r < rows; r += ROWS)
          dotTile(
            a + skipped + <usize>r * g.aRow,
            g.aRow,
            min(ROWS, rows - r),
            b + skipped + <usize>j * g.bColumn,
            g.bColumn,
            min(COLUMNS, columns - j),
            depth,
            c + <usize>r * g.cRow + (<usize>j << 2),
            g.cRow,
          );
    }
  }
}

// C ← bias, or 0.
function start(g: GemmArgs, c: usize, rows: i32, columns: i32, bias: usize): void {
  for (let r = 0; r < rows; r++) {
    for (let j: usize = 0; j < <usize>columns << 2; j += 4) {
      store<f32>(c + j, bias != 0 ? load<f32>(bias + j) : 0);
    }
    c += g.cRow;
  }
}

// Adds up to 4 × 3 dot products to C. Missing rows and columns repeat the last one and are not stored.
function dotTile(
  a0: usize,
  aRow: usize,
  rows: i32,
  b0: usize,
  bRow: usize,
  columns: i32,
  depth: i32,
  c: usize,
  cRow: usize,
): void {
  let a1 = rows > 1 ? a0 + aRow : a0;
  let a2 = rows > 2 ? a1 + aRow : a1;
  let a3 = rows > 3 ? a2 + aRow : a2;
  let b1 = columns > 1 ? b0 + bRow : b0;
  let b2 = columns > 2 ? b1 + bRow : b1;
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c02 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0), c12 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c22 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0), c32 = f32x4.splat(0);
  // Offsets from a0, so that one counter moves all seven pointers.
  a1 -= a0;
  a2 -= a0;
  a3 -= a0;
  b1 -= a0;
  b2 -= a0;
  b0 -= a0;
  const end = a0 + (<usize>(depth & ~3) << 2);
  while (a0 < end) {
    const x0 = v128.load(a0 + b0);
    const x1 = v128.load(a0 + b1);
    const x2 = v128.load(a0 + b2);
    let s = v128.load(a0);
    c00 = madd(s, x0, c00);
    c01 = madd(s, x1, c01);
    c02 = madd(s, x2, c02);
    s = v128.load(a0 + a1);
    c10 = madd(s, x0, c10);
    c11 = madd(s, x1, c11);
    c12 = madd(s, x2, c12);
    s = v128.load(a0 + a2);
    c20 = madd(s, x0, c20);
    c21 = madd(s, x1, c21);
    c22 = madd(s, x2, c22);
    s = v128.load(a0 + a3);
    c30 = madd(s, x0, c30);
    c31 = madd(s, x1, c31);
    c32 = madd(s, x2, c32);
    a0 += 16;
  }
  const part = depth & 3;
  if (part) {
    const x0 = leading(a0 + b0, part);
    const x1 = leading(a0 + b1, part);
    const x2 = leading(a0 + b2, part);
    let s = leading(a0, part);
    c00 = madd(s, x0, c00);
    c01 = madd(s, x1, c01);
    c02 = madd(s, x2, c02);
    s = leading(a0 + a1, part);
    c10 = madd(s, x0, c10);
    c11 = madd(s, x1, c11);
    c12 = madd(s, x2, c12);
    s = leading(a0 + a2, part);
    c20 = madd(s, x0, c20);
    c21 = madd(s, x1, c21);
    c22 = madd(s, x2, c22);
    s = leading(a0 + a3, part);
    c30 = madd(s, x0, c30);
    c31 = madd(s, x1, c31);
    c32 = madd(s, x2, c32);
  }
  addRow(c, columns, c00, c01, c02);
  if (rows > 1) addRow(c + cRow, columns, c10, c11, c12);
  if (rows > 2) addRow(c + 2 * cRow, columns, c20, c21, c22);
  if (rows > 3) addRow(c + 3 * cRow, columns, c30, c31, c32);
}

// Adds the sums of the vectors' lanes to the first `columns` ≤ 3 floats at `c`.
@inline
function addRow(c: usize, columns: i32, v0: v128, v1: v128, v2: v128): void {
  store<f32>(c, load<f32>(c) + lanes(v0));
  if (columns > 1) store<f32>(c, load<f32>(c, 4) + lanes(v1), 4);
  if (columns > 2) store<f32>(c, load<f32>(c, 8) + lanes(v2), 8);
}

@inline
function lanes(v: v128): f32 {
  const pairs = f32x4.add(v, i32x4.shuffle(v, v, 2, 3, 2, 3));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

// The first `count` (1, 2 or 3) floats at `p`, and zeros.
@inline
function leading(p: usize, count: i32): v128 {
  let v = v128.load32_zero(p);
  if (count > 1) v = v128.load32_lane(p, v, 1, 4);
  if (count > 2) v = v128.load32_lane(p, v, 2, 8);
  return v;
}
