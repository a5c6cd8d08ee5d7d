import type { Family } from './family.js';

const fields = {
  from: 'read',
  to: 'write',
  images: 'i32',
  channels: 'i32',
  pixels: 'i32',
  block: 'i32',
} as const;

export const convLayout = {
  ConvLayoutArgs: {
    kernels: ['toBlocked', 'toRowMajor'],
    bfloat16: ['toBlocked', 'toRowMajor'],
    fields,
  },
  /** From floats to bfloat16, and back. */
  ConvLayoutStorageArgs: { kernels: ['toBlockedNarrow', 'toRowMajorWide'], fields },
} as const satisfies Family;
