import type { Family } from './family.js';

/**
 * lr (f32), the step t (i32) and the constants (f32s) are in memory: a plan replays with new ones. What is new may be where
 * the old is.
 */
export const optimizer = {
  /** Without a buffer there is no momentum; constants μ, τ, λ. */
  SgdStepArgs: {
    kernels: ['sgdStep'],
    fields: {
      ...{ param: 'read', buffer: 'read?', grad: 'read', lr: 'read', step: 'read?' },
      ...{ newParam: 'write', newBuffer: 'write?', count: 'i32', nesterov: 'bool' },
      constants: 'read',
    },
    flat: { count: 'count', own: ['param', 'buffer', 'grad', 'newParam', 'newBuffer'] },
  },
  /** `greatest` v so far with amsgrad; t counts from 1; constants 1 − β₁, 1 − β₂, ε, λ. */
  AdamStepArgs: {
    kernels: ['adamStep', 'adamStepAmsgrad'],
    fields: {
      ...{ param: 'read', m: 'read', v: 'read', greatest: 'read?', grad: 'read', lr: 'read' },
      ...{ constants: 'read', step: 'read', newParam: 'write', newM: 'write', newV: 'write' },
      ...{ newGreatest: 'write?', count: 'i32', decoupled: 'bool' },
    },
    flat: {
      count: 'count',
      own: ['param', 'm', 'v', 'greatest', 'grad', 'newParam', 'newM', 'newV', 'newGreatest'],
    },
  },
  /** `buffer` with momentum, `mean` where centered; constants 1 − α, ε, λ, μ. */
  RmspropStepArgs: {
    kernels: ['rmspropStep'],
    fields: {
      ...{ param: 'read', v: 'read', buffer: 'read?', mean: 'read?', grad: 'read', lr: 'read' },
      ...{ constants: 'read', newParam: 'write', newV: 'write', newBuffer: 'write?' },
      ...{ newMean: 'write?', count: 'i32' },
    },
    flat: {
      count: 'count',
      own: ['param', 'v', 'buffer', 'mean', 'grad', 'newParam', 'newV', 'newBuffer', 'newMean'],
    },
  },
} as const satisfies Family;
