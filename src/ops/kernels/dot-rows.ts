/**
 * The one product behind the reference kernels of matrix products and convolutions: rows of one matrix times rows of
 * another, in float64. Both operands are packed first, so that the inner loop runs along two contiguous rows whatever
 * the layout of the tensors was.
 */
import type { TypedArray } from '../../core/dtype.js';

/** Copies a matrix whose element (i, j) is `data[offset + i·rowStep + j·columnStep]`, row by row. */
export function packRows(
  into: Float64Array,
  data: TypedArray,
  offset: number,
  rows: number,
  columns: number,
  rowStep: number,
  columnStep: number,
): void {
  let to = 0;
  for (let i = 0; i < rows; i++) {
    let from = offset + i * rowStep;
    for (let j = 0; j < columns; j++) {
      into[to++] = data[from] as number;
      from += columnStep;
    }
  }
}

/** out `[m, n]` += a `[m, k]` · b `[n, k]`ᵀ, in tiles of 4 × 2 sums that stay in registers. */
export function addDotRows(
  out: Float64Array,
  a: Float64Array,
  b: Float64Array,
  m: number,
  n: number,
  k: number,
): void {
  const tiledRows = m - (m % 4);
  const tiledColumns = n - (n % 2);
  for (let j = 0; j < tiledColumns; j += 2)
    for (let i = 0; i < tiledRows; i += 4) addTile(out, a, b, i, j, n, k);
  for (let i = 0; i < tiledRows; i++)
    for (let j = tiledColumns; j < n; j++) addDot(out, a, b, i, j, n, k);
  for (let i = tiledRows; i < m; i++) for (let j = 0; j < n; j++) addDot(out, a, b, i, j, n, k);
}

function addTile(
  out: Float64Array,
  a: Float64Array,
  b: Float64Array,
  i: number,
  j: number,
  n: number,
  k: number,
): void {
  let s00 = 0;
  let s01 = 0;
  let s10 = 0;
  let s11 = 0;
  let s20 = 0;
  let s21 = 0;
  let s30 = 0;
  let s31 = 0;
  const a0 = i * k;
  const a1 = a0 + k;
  const a2 = a1 + k;
  const a3 = a2 + k;
  const b0 = j * k;
  const b1 = b0 + k;
  for (let t = 0; t < k; t++) {
    const x0 = b[b0 + t] as number;
    const x1 = b[b1 + t] as number;
    const w0 = a[a0 + t] as number;
    const w1 = a[a1 + t] as number;
    const w2 = a[a2 + t] as number;
    const w3 = a[a3 + t] as number;
    s00 += w0 * x0;
    s01 += w0 * x1;
    s10 += w1 * x0;
    s11 += w1 * x1;
    s20 += w2 * x0;
    s21 += w2 * x1;
    s30 += w3 * x0;
    s31 += w3 * x1;
  }
  const row = i * n + j;
  add(out, row, s00, s01);
  add(out, row + n, s10, s11);
  add(out, row + 2 * n, s20, s21);
  add(out, row + 3 * n, s30, s31);
}

function add(out: Float64Array, at: number, first: number, second: number): void {
  out[at] = (out[at] as number) + first;
  out[at + 1] = (out[at + 1] as number) + second;
}

function addDot(
  out: Float64Array,
  a: Float64Array,
  b: Float64Array,
  i: number,
  j: number,
  n: number,
  k: number,
): void {
  let sum = 0;
  const aRow = i * k;
  const bRow = j * k;
  for (let t = 0; t < k; t++) sum += (a[aRow + t] as number) * (b[bRow + t] as number);
  out[i * n + j] = (out[i * n + j] as number) + sum;
}
