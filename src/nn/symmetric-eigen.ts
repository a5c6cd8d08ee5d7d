import { ValueError } from '../core/errors.js';

/** Eigenvalues in descending order, and for each its vector of length 1. */
export interface SymmetricEigen {
  readonly values: readonly number[];
  readonly vectors: readonly (readonly number[])[];
}

/** Sweeps after which the rest is rounding: convergence is quadratic, and 100 × 100 takes some ten. */
const sweeps = 30;

/**
 * Eigenvalues and vectors of a small symmetric matrix `[n][n]` by Jacobi's rotations (Golub & Van Loan, Matrix Computations,
 * §8.5): each takes one pair of mirrored elements to 0.
 */
export function symmetricEigen(matrix: readonly (readonly number[])[]): SymmetricEigen {
  const n = matrix.length;
  const a = matrix.map((row) => [...row]);
  const v = matrix.map((_, i) => matrix.map((__, j) => (i === j ? 1 : 0)));
  const at = (m: readonly (readonly number[])[], i: number, j: number) => m[i]?.[j] ?? Number.NaN;
  if (a.some((row) => row.length !== n || !row.every(Number.isFinite)))
    throw new ValueError('symmetricEigen', 'a square matrix of finite numbers is required');
  const rotate = (m: number[][], p: number, q: number, c: number, s: number) => {
    for (const row of m) {
      const [x = 0, y = 0] = [row[p], row[q]];
      row[p] = c * x - s * y;
      row[q] = s * x + c * y;
    }
  };
  for (let sweep = 0; sweep < sweeps; sweep++)
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        if (at(a, p, q) === 0) continue;
        const theta = (at(a, q, q) - at(a, p, p)) / (2 * at(a, p, q));
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1);
        const s = t * c;
        rotate(a, p, q, c, s); // columns
        for (let k = 0; k < n; k++) {
          const [x, y] = [at(a, p, k), at(a, q, k)]; // rows
          (a[p] as number[])[k] = c * x - s * y;
          (a[q] as number[])[k] = s * x + c * y;
        }
        rotate(v, p, q, c, s);
      }
  const order = [...a.keys()].sort((i, j) => at(a, j, j) - at(a, i, i));
  return {
    values: order.map((i) => at(a, i, i)),
    vectors: order.map((i) => v.map((row) => row[i] ?? Number.NaN)),
  };
}
