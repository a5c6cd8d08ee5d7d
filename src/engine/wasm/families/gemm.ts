import type { Family, Fields } from './family.js';

/** C [m, n] = A · B (+ bias) of each batch; steps in bytes. */
const fields = {
  a: 'read',
  /** From A[i, k] to A[i + 1, k]. */
  aRow: 'usize',
  /** From A[i, k] to A[i, k + 1]. */
  aStep: 'usize',
  b: 'read',
  /** From B[k, j] to B[k + 1, j]. */
  bStep: 'usize',
  /** From B[k, j] to B[k, j + 1]. */
  bColumn: 'usize',
  c: 'write',
  cRow: 'usize',
  ...{ m: 'i32', n: 'i32', k: 'i32', batches: 'i32' },
  /** Of each batch in a, b and c, in bytes: [batches][3]. */
  offsets: 'read',
  /** [n] */
  bias: 'read?',
  rowsPerUnit: 'i32',
  columnsPerUnit: 'i32',
  /** k is summed in pieces of this length. */
  depth: 'i32',
  scratch: 'write',
  scratchBytes: 'usize',
} as const satisfies Fields;

/** columnsPerUnit is a multiple of 8. Scratch: a panel of B (depth × 8), A ((rowsPerUnit + 6) × depth), a tile (6 × 8). */
export const gemm = { GemmArgs: { kernels: ['gemm'], fields } } as const satisfies Family;

/** aStep and bStep are 4; no scratch. */
export const gemmDot = { GemmArgs: { kernels: ['gemmDot'], fields } } as const satisfies Family;
