import type { Family } from './family.js';

/** Of draws under `key` (i32 [4]). Scratch: 64 bytes for each thread. */
const drawn = {
  y: 'write',
  count: 'i32',
  key: 'read',
  scratch: 'write',
  scratchBytes: 'usize',
} as const;

export const random = {
  /** low + range·u, u in [0, 1). */
  UniformArgs: { kernels: ['uniform'], fields: { ...drawn, low: 'f64', range: 'f64' } },
  NormalArgs: { kernels: ['normal'], fields: { ...drawn, mean: 'f64', std: 'f64' } },
} as const satisfies Family;
