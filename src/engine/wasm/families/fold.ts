import type { Family } from './family.js';

export const fold = {
  /** w is [channels][each]; without `bias` the convolution has none. */
  FoldBatchNormArgs: {
    kernels: ['foldBatchNorm'],
    fields: {
      ...{ w: 'read', weight: 'read', shift: 'read', mean: 'read', variance: 'read' },
      ...{ bias: 'read?', foldedWeight: 'write', foldedBias: 'write' },
      ...{ channels: 'i32', each: 'i32', eps: 'f64' },
    },
  },
} as const satisfies Family;
