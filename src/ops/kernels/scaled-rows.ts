import type { TypedArray } from '../../core/dtype.js';

/**
 * out `[m, n]` += a `[m, k]` · b `[k, n]`, where a's element (i, t) is `a[offset + i·rowStep + t·columnStep]`. Each row
 * of out gathers rows of b, four at a time, and zeros of a cost nothing: gradients behind ReLU and pooling are mostly
 * zeros. For factors without zeros `addDotRows` is faster.
 */
export function addScaledRows(
  out: Float64Array,
  a: TypedArray,
  offset: number,
  rowStep: number,
  columnStep: number,
  b: Float64Array,
  m: number,
  n: number,
  k: number,
): void {
  const factors = new Float64Array(k);
  const rows = new Int32Array(k);
  for (let i = 0; i < m; i++) {
    let count = 0;
    for (let t = 0; t < k; t++) {
      const factor = a[offset + i * rowStep + t * columnStep] as number;
      if (factor === 0) continue;
      factors[count] = factor;
      rows[count++] = t * n;
    }
    let first = 0;
    for (; first + 4 <= count; first += 4) addFourRows(out, i * n, n, b, rows, factors, first);
    for (; first < count; first++) {
      const factor = factors[first] as number;
      const row = rows[first] as number;
      for (let j = 0; j < n; j++)
        out[i * n + j] = (out[i * n + j] as number) + factor * (b[row + j] as number);
    }
  }
}

function addFourRows(
  out: Float64Array,
  to: number,
  n: number,
  b: Float64Array,
  rows: Int32Array,
  factors: Float64Array,
  first: number,
): void {
  const row0 = rows[first] as number;
  const row1 = rows[first + 1] as number;
  const row2 = rows[first + 2] as number;
  const row3 = rows[first + 3] as number;
  const factor0 = factors[first] as number;
  const factor1 = factors[first + 1] as number;
  const factor2 = factors[first + 2] as number;
  const factor3 = factors[first + 3] as number;
  for (let j = 0; j < n; j++)
    out[to + j] =
      (out[to + j] as number) +
      factor0 * (b[row0 + j] as number) +
      factor1 * (b[row1 + j] as number) +
      factor2 * (b[row2 + j] as number) +
      factor3 * (b[row3 + j] as number);
}
