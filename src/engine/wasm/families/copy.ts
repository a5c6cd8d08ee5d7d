import type { Family } from './family.js';

/** 32-bit words copied, or set to zero. */
export const copy = {
  CopyArgs: { kernels: ['copy'], fields: { from: 'read', to: 'write', count: 'i32' } },
  ZeroArgs: { kernels: ['zero'], fields: { to: 'write', count: 'i32' } },
} as const satisfies Family;
