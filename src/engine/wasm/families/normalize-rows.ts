import type { Family } from './family.js';

/** Rows of `weights` · `spread` elements; rows meet the same weights in a period of so many. */
const rows = { rows: 'i32', period: 'i32', weights: 'i32', spread: 'i32' } as const;

export const normalizeRows = {
  NormalizeRowsArgs: {
    kernels: ['normalizeRows'],
    fields: {
      ...{ x: 'read', weight: 'read', bias: 'read', y: 'write', mean: 'write', rstd: 'write' },
      ...{ ...rows, eps: 'f64' },
    },
  },
  NormalizeRowsBackwardArgs: {
    kernels: ['normalizeRowsBackward'],
    fields: {
      ...{ dy: 'read', x: 'read', weight: 'read', mean: 'read', rstd: 'read', dx: 'write' },
      ...rows,
    },
  },
  NormalizeRowsWeightsArgs: {
    kernels: ['normalizeRowsWeights'],
    fields: {
      ...{ dy: 'read', x: 'read', mean: 'read', rstd: 'read', dweight: 'write', dbias: 'write' },
      ...rows,
    },
  },
} as const satisfies Family;
