import type { Family } from './family.js';

/** The tensor as [outer][size][inner]; the sums run over `size`. */
const lines = { outer: 'i32', size: 'i32', inner: 'i32' } as const;

export const softmax = {
  SoftmaxArgs: {
    kernels: ['softmax', 'logSoftmax'],
    fields: { x: 'read', y: 'write', ...lines },
  },
  SoftmaxBackwardArgs: {
    kernels: ['softmaxBackward', 'logSoftmaxBackward'],
    fields: { dy: 'read', y: 'read', dx: 'write', ...lines },
  },
} as const satisfies Family;
