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

/** The gradient passes but where x · scale + shift is below low or above high: NaN passes. */
const bounds = { low: 'f32', high: 'f32' } as const;

/** `terms` [4][stored]: mean, scale, slope, offset. dx may be x or dy. */
const apply = { x: 'read', ...channelSizes, dy: 'read', terms: 'read', dx: 'write' } as const;

export const batchNormBackward = {
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
  /** `count` elements of a channel; Without a weight, it is ones. */
  BatchNormBackwardTermsArgs: {
    kernels: ['batchNormBackwardTerms'],
    fields: {
      ...{ sums: 'read', stored: 'i32', count: 'i32', mean: 'read', variance: 'read' },
      ...{ weight: 'read?', dweight: 'write?', dbias: 'write?', terms: 'write' },
      ...{ channels: 'i32', eps: 'f64' },
    },
  },
  BatchNormBackwardApplyArgs: {
    kernels: ['batchNormBackwardApply'],
    bfloat16: ['batchNormBackwardApply'],
    fields: apply,
  },
  /** A relu or a clamp follows; block % 4 = 0. */
  BatchNormReluBackwardApplyArgs: {
    kernels: ['batchNormReluBackwardApply'],
    bfloat16: ['batchNormReluBackwardApply'],
    fields: { ...apply, shift: 'read', ...bounds },
  },
} as const satisfies Family;
