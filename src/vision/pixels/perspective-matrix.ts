import type { Point } from './affine-matrix.js';
import type { WarpMatrix } from './warp-matrix.js';

/** The four corners of a quadrilateral: top left, top right, bottom right, bottom left. */
export type Quad = readonly [Point, Point, Point, Point];

/**
 * The map from output to source pixels that moves the corners `from` to `to`: the eight numbers that solve
 * (a·x + b·y + c) / (g·x + h·y + 1) = X and (d·x + e·y + f) / (g·x + h·y + 1) = Y for (x, y) in `to`, (X, Y) in `from`.
 * Null where three corners lie on one line, so that there is no such map.
 */
export function perspectiveMatrix(from: Quad, to: Quad): WarpMatrix | null {
  const rows = to.flatMap(([x, y], i) => {
    const [sourceX, sourceY] = from[i] as Point;
    return [
      [x, y, 1, 0, 0, 0, -sourceX * x, -sourceX * y, sourceX],
      [0, 0, 0, x, y, 1, -sourceY * x, -sourceY * y, sourceY],
    ];
  });
  return solve(rows);
}

/** Gaussian elimination with row exchange on n rows of n + 1 numbers; null where they are not independent. */
function solve(rows: number[][]): number[] | null {
  const n = rows.length;
  const at = (r: number, c: number) => rows[r]?.[c] ?? 0;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let r = k + 1; r < n; r++) if (Math.abs(at(r, k)) > Math.abs(at(pivot, k))) pivot = r;
    const top = rows[pivot] as number[];
    if (Math.abs(at(pivot, k)) < 1e-9) return null;
    rows[pivot] = rows[k] as number[];
    rows[k] = top;
    for (let r = 0; r < n; r++) {
      if (r === k) continue;
      const factor = at(r, k) / at(k, k);
      rows[r] = (rows[r] as number[]).map((value, c) => value - factor * (top[c] ?? 0));
    }
  }
  return rows.map((_, r) => at(r, n) / at(r, r));
}
