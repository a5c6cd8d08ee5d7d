import type { Family } from './family.js';

/**
 * Elements of 4 bytes; steps are elements between neighbours of a row. `dims` has a size and the strides of `from` and `to`
 * for each outer dimension, outermost first.
 */
export const strided = {
  StridedCopyArgs: {
    kernels: ['stridedCopy'],
    fields: {
      ...{ from: 'read', to: 'write', inner: 'i32', stepFrom: 'i32', stepTo: 'i32' },
      ...{ rank: 'i32', dims: 'words' },
    },
  },
} as const satisfies Family;
