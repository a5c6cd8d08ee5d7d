/** Principal components by power iteration in doubles, on the smaller of the two Gram matrices. */
import { Rng } from '../core/rng.js';

export interface PrincipalComponents {
  /** Row-major `[rows, count]`: each row's coordinates along the components, the largest component first. */
  readonly scores: Float64Array;
  /** Row-major `[rows, columns]`: the rows less their mean. */
  readonly centered: Float64Array;
  /** Share of the variance along each component, 0–1. */
  readonly explained: readonly number[];
}

const mostRounds = 2000;

/** The `count` first components of `rows` points with `columns` coordinates each. Signs are as they come. */
export function principalComponents(
  rows: number,
  columns: number,
  at: (row: number, column: number) => number,
  count: number,
): PrincipalComponents {
  const centered = center(rows, columns, at);
  const gram =
    rows <= columns ? gramOfRows(centered, rows, columns) : gramOfColumns(centered, rows, columns);
  const side = Math.min(rows, columns);
  let total = 0;
  for (let i = 0; i < side; i++) total += gram[i * side + i] as number;
  const scores = new Float64Array(rows * count);
  const explained: number[] = [];
  for (let k = 0; k < count; k++) {
    const [vector, value] = k < side ? dominant(gram, side) : [new Float64Array(side), 0];
    deflate(gram, side, vector, value);
    explained.push(total > 0 ? value / total : 0);
    for (let r = 0; r < rows; r++) {
      let score = 0;
      // Of rows: the left singular vector times its singular value. Of columns: the projection on the right one.
      if (rows <= columns) score = (vector[r] as number) * Math.sqrt(Math.max(value, 0));
      else
        for (let c = 0; c < columns; c++)
          score += (centered[r * columns + c] as number) * (vector[c] as number);
      scores[r * count + k] = score;
    }
  }
  return { scores, centered, explained };
}

function center(
  rows: number,
  columns: number,
  at: (row: number, column: number) => number,
): Float64Array {
  const centered = new Float64Array(rows * columns);
  for (let c = 0; c < columns; c++) {
    let sum = 0;
    for (let r = 0; r < rows; r++) sum += at(r, c);
    for (let r = 0; r < rows; r++) centered[r * columns + c] = at(r, c) - sum / rows;
  }
  return centered;
}

/** X Xᵀ */
function gramOfRows(x: Float64Array, rows: number, columns: number): Float64Array {
  const gram = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let c = 0; c < columns; c++)
        sum += (x[i * columns + c] as number) * (x[j * columns + c] as number);
      gram[i * rows + j] = sum;
      gram[j * rows + i] = sum;
    }
  return gram;
}

/** Xᵀ X */
function gramOfColumns(x: Float64Array, rows: number, columns: number): Float64Array {
  const gram = new Float64Array(columns * columns);
  for (let r = 0; r < rows; r++)
    for (let i = 0; i < columns; i++) {
      const own = x[r * columns + i] as number;
      if (own === 0) continue;
      for (let j = 0; j < columns; j++)
        gram[i * columns + j] =
          (gram[i * columns + j] as number) + own * (x[r * columns + j] as number);
    }
  return gram;
}

/** The eigenvector of the largest eigenvalue of a symmetric matrix without negative ones, and that value. */
function dominant(matrix: Float64Array, side: number): [vector: Float64Array, value: number] {
  // A start without pattern is orthogonal to nothing that is looked for.
  const rng = new Rng(0);
  let vector = Float64Array.from({ length: side }, () => rng.normal());
  let value = normalize(vector);
  for (let round = 0; round < mostRounds && value > 0; round++) {
    const next = new Float64Array(side);
    for (let i = 0; i < side; i++) {
      let sum = 0;
      for (let j = 0; j < side; j++)
        sum += (matrix[i * side + j] as number) * (vector[j] as number);
      next[i] = sum;
    }
    value = normalize(next);
    let change = 0;
    for (let i = 0; i < side; i++)
      change = Math.max(change, Math.abs((next[i] as number) - (vector[i] as number)));
    vector = next;
    if (change < 1e-10) break;
  }
  return [vector, value];
}

/** Scales to length 1; returns the length before. */
function normalize(vector: Float64Array): number {
  const length = Math.sqrt(vector.reduce((sum, v) => sum + v * v, 0));
  if (length > 0)
    for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) / length;
  return length;
}

function deflate(matrix: Float64Array, side: number, vector: Float64Array, value: number): void {
  for (let i = 0; i < side; i++)
    for (let j = 0; j < side; j++)
      matrix[i * side + j] =
        (matrix[i * side + j] as number) - value * (vector[i] as number) * (vector[j] as number);
}
