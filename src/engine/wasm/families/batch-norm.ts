import { channelSizes } from './channels.js';
import type { Family } from './family.js';

/**
 * mean and variance (biased) are [channels], scale and shift [stored]: channels with those that fill the last block. Without
 * weight and bias, these are ones and zeros.
 */
export const batchNorm = {
  /** Two sums of each thread, f64 [threads][2][stored, rounded up to 4]. */
  BatchNormSumsArgs: {
    kernels: ['batchNormSums'],
    bfloat16: ['batchNormSums'],
    fields: { x: 'read', ...channelSizes, sums: 'write' },
  },
  /** What follows from the sums. */
  BatchNormStatisticsArgs: {
    kernels: ['batchNormStatistics'],
    bfloat16: ['batchNormStatistics'],
    fields: {
      ...{ x: 'read', ...channelSizes, sums: 'read', weight: 'read?', bias: 'read?' },
      ...{ mean: 'write', variance: 'write', scale: 'write', shift: 'write' },
      ...{ channels: 'i32', eps: 'f64' },
    },
  },
  /** The scale of given statistics. */
  BatchNormScaleArgs: {
    kernels: ['batchNormScale'],
    fields: {
      ...{ stored: 'i32', mean: 'read', variance: 'read', weight: 'read?', bias: 'read?' },
      ...{ scale: 'write', shift: 'write', channels: 'i32', eps: 'f64' },
    },
  },
  /** The residual is added, and what lies outside of low … high becomes these; y may be x or the residual. */
  BatchNormApplyArgs: {
    kernels: ['batchNormApply'],
    bfloat16: ['batchNormApply'],
    fields: {
      ...{ x: 'read', ...channelSizes, scale: 'read', shift: 'read', y: 'write' },
      ...{ low: 'f32', high: 'f32', residual: 'read?' },
    },
  },
} as const satisfies Family;
