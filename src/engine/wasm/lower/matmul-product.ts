/** Phases of a matrix product C = A · B (+ bias): which kernel, and how its work is cut for the threads. */

import type { LowerContext } from '../../compiler/lowering.js';
import type { Pointer } from '../../compiler/region.js';

/** A stack of matrices of which one dimension is contiguous; steps in bytes. */
export interface Operand {
  readonly pointer: Pointer;
  /** From A[i, k] to A[i + 1, k], or from B[k, j] to B[k, j + 1]. */
  readonly outer: number;
  /** From A[i, k] to A[i, k + 1], or from B[k, j] to B[k + 1, j]. */
  readonly inner: number;
}

export interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Operand;
  readonly b: Operand;
  /** Row-major `[m, n]`, one after another. */
  readonly c: Pointer;
  readonly bias?: Pointer | undefined;
  /** Byte offsets into a and b of each product of a batch. @default one product at 0, 0 */
  readonly batches?: readonly (readonly [a: number, b: number])[];
}

/** Largest piece of C of one unit of work, and how many terms are summed at a time: what a thread's caches hold. */
const limits = {
  gemm: { rows: 192, columns: 256, depth: 256 },
  gemmDot: { rows: 192, columns: 192, depth: 1024 },
} as const;

/** Rows and columns of a tile of each kernel. */
const tiles = {
  gemm: { rows: 6, columns: 8 },
  gemmDot: { rows: 4, columns: 3 },
} as const;

/** Up to this many rows or columns, dot products of the operands as they lie beat packing one of them. */
const narrow = 12;

const floatBytes = 4;

export function emitProduct(context: LowerContext, product: Product): void {
  const { m, n, k, a, b, c, bias, batches = [[0, 0]] } = product;
  const bothInner = a.inner === floatBytes && b.inner === floatBytes;
  const kernel = bothInner && Math.min(m, n) <= narrow ? 'gemmDot' : 'gemm';
  const { rows, columns } = unitOf(kernel, m, n, batches.length, context.threads);
  const depth = Math.max(1, Math.min(k, limits[kernel].depth));
  const tile = tiles.gemm;
  const scratch = context.threadScratch(
    kernel === 'gemm'
      ? (depth * tile.columns + (rows + tile.rows) * depth + tile.rows * tile.columns) * floatBytes
      : 64,
  );
  const cBytes = m * n * floatBytes;
  const offsets = batches.flatMap(([aOffset, bOffset], i) => [aOffset, bOffset, i * cBytes]);
  context.emit(kernel, {
    ...{ a: a.pointer, aRow: a.outer, aStep: a.inner },
    ...{ b: b.pointer, bStep: b.inner, bColumn: b.outer },
    ...{ c, cRow: n * floatBytes, m, n, k, batches: batches.length },
    offsets: context.table(new Uint32Array(offsets)),
    bias,
    ...{ rowsPerUnit: rows, columnsPerUnit: columns, depth },
    ...{ scratch: scratch.pointer, scratchBytes: scratch.bytes },
  });
}

/** Cuts C so that every thread gets as many units, and whole tiles where it can. */
function unitOf(
  kernel: 'gemm' | 'gemmDot',
  m: number,
  n: number,
  batches: number,
  threads: number,
): { rows: number; columns: number } {
  const limit = limits[kernel];
  const tile = tiles[kernel];
  let down = Math.ceil(m / limit.rows);
  const shares = Math.ceil(threads / (batches * down));
  const across = Math.min(
    shares * Math.ceil(Math.ceil(n / limit.columns) / shares),
    Math.ceil(n / tile.columns),
  );
  const missing = Math.ceil(threads / (batches * across * down));
  down = Math.min(down * missing, Math.ceil(m / tile.rows));
  return {
    rows: pieceOf(m, down, tile.rows),
    columns: pieceOf(n, across, tile.columns),
  };
}

/** Size of one of `count` pieces of `total`, in whole tiles. */
function pieceOf(total: number, count: number, tile: number): number {
  return Math.ceil(Math.ceil(total / count) / tile) * tile;
}
