import type { Family } from './family.js';

/** Steps are 0 or 1. `dims` has a size and the strides of a, b and c for each outer dimension, outermost first. */
export const ternary = {
  TernaryArgs: {
    kernels: ['where', 'lerp'],
    fields: {
      ...{ a: 'read', b: 'read', c: 'read', y: 'write', inner: 'i32' },
      ...{ stepA: 'i32', stepB: 'i32', stepC: 'i32', rank: 'i32', dims: 'words' },
    },
  },
} as const satisfies Family;
