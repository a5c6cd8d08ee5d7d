import type { Family } from './family.js';

/** Floats in bfloat16, and back, in whatever layout. */
export const storage = {
  StorageArgs: {
    kernels: ['toBfloat16', 'toFloat32'],
    fields: { from: 'read', to: 'write', count: 'i32' },
    flat: { count: 'count', own: ['from', 'to'] },
  },
} as const satisfies Family;
