import { channelSizes } from './channels.js';
import type { Family } from './family.js';

/** The gradient passes but where x · scale + shift is below low or above high: NaN passes. */
export const bounds = { low: 'f32', high: 'f32' } as const;

/** `terms` [4][stored]: mean, scale, slope, offset. dx may be x or dy. */
const apply = { x: 'read', ...channelSizes, dy: 'read', terms: 'read', dx: 'write' } as const;

export const batchNormBackward = {
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
