import type { Family } from './family.js';

/** x as [K1][R1][K2][R2][K3]: kept and reduced dimensions in turn. */
const pattern = { k1: 'i32', r1: 'i32', k2: 'i32', r2: 'i32', k3: 'i32' } as const;

/** Sums are multiplied by `factor`; `root`: √ of that. */
export const reduce = {
  ReduceArgs: {
    kernels: ['sum', 'sumSquares', 'sumDistances'],
    fields: { x: 'read', y: 'write', ...pattern, root: 'bool', factor: 'f64' },
  },
  /** One sum of a whole tensor, first phase; sums are f64 [threads]. */
  SumPartsArgs: {
    kernels: ['sumParts', 'squareParts'],
    fields: { x: 'read', sums: 'write', count: 'i32' },
  },
  /** Second phase; `squared`: the sums are of squares. */
  SumTotalArgs: {
    kernels: ['sumTotal'],
    fields: {
      ...{ sums: 'read', y: 'write', root: 'bool', squared: 'bool', factor: 'f64' },
      ...{ x: 'read', count: 'i32' },
    },
  },
  /** `place` (i32) is r1·R2 + r2; sign 1 for the largest, −1 for the smallest. */
  ExtremeArgs: {
    kernels: ['extreme'],
    fields: { x: 'read', y: 'write?', place: 'write?', ...pattern, sign: 'i32' },
  },
} as const satisfies Family;
