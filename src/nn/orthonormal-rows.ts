import type { TypedArray } from '../core/dtype.js';

/**
 * The matrix `[rows, columns]` with its rows made orthonormal or, where there are more rows than columns, its columns:
 * the Q of a QR decomposition whose R has a positive diagonal.
 */
export function orthonormalRows(matrix: TypedArray, rows: number, columns: number): Float64Array {
  const result = Float64Array.from(matrix);
  const tall = rows > columns;
  const count = tall ? columns : rows;
  const length = tall ? rows : columns;
  const at = (vector: number, i: number) => (tall ? i * columns + vector : vector * columns + i);
  const dot = (a: number, b: number) => {
    let sum = 0;
    for (let i = 0; i < length; i++)
      sum += (result[at(a, i)] as number) * (result[at(b, i)] as number);
    return sum;
  };

  for (let vector = 0; vector < count; vector++) {
    // Gram–Schmidt, twice: once leaves rounding errors where vectors are nearly parallel.
    for (let pass = 0; pass < 2; pass++)
      for (let earlier = 0; earlier < vector; earlier++) {
        const along = dot(vector, earlier);
        for (let i = 0; i < length; i++)
          result[at(vector, i)] =
            (result[at(vector, i)] as number) - along * (result[at(earlier, i)] as number);
      }
    const norm = Math.sqrt(dot(vector, vector));
    for (let i = 0; i < length; i++)
      result[at(vector, i)] = (result[at(vector, i)] as number) / norm;
  }
  return result;
}
