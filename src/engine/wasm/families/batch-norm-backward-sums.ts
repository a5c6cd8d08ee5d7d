import { bounds } from './batch-norm-backward.js';
import { channelSizes } from './channels.js';
import type { Family } from './family.js';

/** Two sums of each thread, f64 [threads][2][stored, rounded up to 4]; `stored` channels with those that fill the last block. */
const sums = {
  x: 'read',
  ...channelSizes,
  dy: 'read',
  mean: 'read',
  sums: 'write',
} as const;

export const batchNormBackwardSums = {
  BatchNormBackwardSumsArgs: {
    kernels: ['batchNormBackwardSums'],
    bfloat16: ['batchNormBackwardSums'],
    fields: sums,
  },
  /** A relu or a clamp follows; block % 4 = 0. */
  BatchNormReluBackwardSumsArgs: {
    kernels: ['batchNormReluBackwardSums'],
    bfloat16: ['batchNormReluBackwardSums'],
    fields: { ...sums, scale: 'read', shift: 'read', ...bounds },
  },
  /** y = relu(x · scale + shift + residual); `masked`, the residual's gradient, may be dy; block % 4 = 0. */
  BatchNormResidualBackwardSumsArgs: {
    kernels: ['batchNormResidualBackwardSums'],
    bfloat16: ['batchNormResidualBackwardSums'],
    fields: { ...sums, y: 'read', masked: 'write' },
  },
} as const satisfies Family;
