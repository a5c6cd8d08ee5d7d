/** The 36 products of a Winograd convolution as one primitive of oneDNN, on tile-major matrices. */
import type { Desc } from '../api.js';
import type { Scope } from './scope.js';

/** Elements of a tile of F(4×4, 3×3): as many products. */
const batch = 36;

/** C [m][36][n] or, `plain`, [36][m][n] (+)= A · B. */
export interface BatchedProduct {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  /** A is [k][36][m] instead of [m][36][k]. */
  readonly transposed: boolean;
  /** B is [36][k][n] instead of [k][36][n]. */
  readonly plainB: boolean;
  readonly plainC: boolean;
  /** Adds to what C holds. */
  readonly sum: boolean;
}

export interface BatchedPrimitive {
  readonly primitiveDesc: bigint;
  readonly descs: readonly Desc[];
}

export function batchedProduct(
  scope: Scope,
  { m, k, n, transposed, plainB, plainC, sum }: BatchedProduct,
): BatchedPrimitive | undefined {
  const matrix = (rows: number, columns: number, strides: readonly number[]) =>
    scope.describe([1, batch, rows, columns], 'float32', strides);
  const tileMajor = (rows: number, columns: number) => [
    ...[batch * rows * columns, columns, batch * columns, 1],
  ];
  const plain = (rows: number, columns: number) => [
    ...[batch * rows * columns, rows * columns, columns, 1],
  ];
  const a = transposed
    ? matrix(m, k, [batch * m * k, m, 1, batch * m])
    : matrix(m, k, tileMajor(m, k));
  const b = matrix(k, n, plainB ? plain(k, n) : tileMajor(k, n));
  const c = matrix(m, n, plainC ? plain(m, n) : tileMajor(m, n));
  const primitiveDesc = scope.matmul(a, b, null, c, { sum });
  return primitiveDesc === undefined ? undefined : { primitiveDesc, descs: [a, b, c] };
}
