/**
 * The matrices of Winograd's F(4×4, 3×3) (Lavin & Gray, 2015, https://arxiv.org/abs/1509.09308, section 4.3), by the points 0,
 * ±1, ±2 and ∞, and WGSL that multiplies a tile by one of them from both sides.
 */
import { literal } from '../kernel.js';

export type Matrix = readonly (readonly number[])[];

/** Bᵀ: of a tile of the image, 6 × 6 pixels. */
export const ofImage: Matrix = [
  [4, 0, -5, 0, 1, 0],
  [0, -4, -4, 1, 1, 0],
  [0, 4, -4, -1, 1, 0],
  [0, -2, -1, 2, 1, 0],
  [0, 2, -1, -2, 1, 0],
  [0, 4, 0, -5, 0, 1],
];

/** G: of a kernel, 3 × 3. */
export const ofKernel: Matrix = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
];

/** Aᵀ: from the sums of the products to a tile of the result, 4 × 4. */
export const toResult: Matrix = [
  [1, 1, 1, 1, 1, 0],
  [0, 1, -1, 2, -2, 0],
  [0, 1, 1, 4, 4, 0],
  [0, 1, -1, 8, -8, 1],
];

/** The gradient of a linear map is its transpose. */
export function transposed(matrix: Matrix): Matrix {
  return (matrix[0] ?? []).map((_, c) => matrix.map((row) => row[c] ?? 0));
}

/** Statements that set `s{r}_{c}` to the elements of M · D · Mᵀ, where D has elements `d{r}_{c}`. */
export function twoSided(matrix: Matrix): string {
  const [first = []] = matrix;
  const inner = first.map((_, c) =>
    matrix.map((row, r) => `let t${r}_${c} = ${combined(row, (k) => `d${k}_${c}`)};`),
  );
  const outer = matrix.map((_, r) =>
    matrix.map((row, c) => `let s${r}_${c} = ${combined(row, (k) => `t${r}_${k}`)};`),
  );
  return [...inner, ...outer].map((lines) => lines.join(' ')).join('\n');
}

/** The sum of what `nameOf` names, each times its factor. */
function combined(factors: readonly number[], nameOf: (k: number) => string): string {
  return factors
    .flatMap((factor, k) => {
      if (factor === 0) return [];
      const size = Math.abs(factor);
      const term = size === 1 ? nameOf(k) : `${literal(size)} * ${nameOf(k)}`;
      return [`${factor < 0 ? '-' : '+'} ${term}`];
    })
    .join(' ')
    .replace(/^\+ /, '');
}
