import type { Family } from './family.js';

/** Targets are labels (i32 [N]), one of which may be ignored, or probabilities [N, K]; without a weight, classes have 1. */
const targets = { target: 'read', weight: 'read?', labels: 'bool', ignored: 'i32' } as const;

const scores = { places: 'i32', classes: 'i32', smoothing: 'f32' } as const;

export const crossEntropy = {
  /** `weights` [N] are those of the labels. */
  CrossEntropyRowsArgs: {
    kernels: ['crossEntropyRows'],
    fields: {
      ...{ logits: 'read', ...targets, ...scores },
      ...{ logp: 'write', losses: 'write', weights: 'write' },
    },
  },
  /** The loss of the rows: their sum, or the mean over the weights' sum. */
  CrossEntropyTotalArgs: {
    kernels: ['crossEntropyTotal'],
    fields: { losses: 'read', weights: 'read', loss: 'write', places: 'i32', mean: 'bool' },
  },
  /** dy is [] where the losses are reduced, else [N]. */
  CrossEntropyBackwardArgs: {
    kernels: ['crossEntropyBackward'],
    fields: {
      ...{ dy: 'read', logp: 'read', ...targets, ...scores },
      ...{ dlogits: 'write', reduced: 'bool', mean: 'bool' },
    },
  },
} as const satisfies Family;
