import type { Family } from './family.js';

/** Draws under `key` (i32 [4]) decide; those below the threshold, of 24 bits, are dropped. Scratch: 64 bytes for each thread. */
const drawn = {
  key: 'read',
  threshold: 'i32',
  scale: 'f32',
  scratch: 'write',
  scratchBytes: 'usize',
} as const;

export const dropout = {
  DropoutArgs: {
    kernels: ['dropout'],
    bfloat16: ['dropout'],
    fields: { x: 'read', y: 'write', count: 'i32', ...drawn },
  },
  /** One draw for each run of so many elements. */
  DropoutRunsArgs: {
    kernels: ['dropoutRuns'],
    fields: { x: 'read', y: 'write', runs: 'i32', length: 'i32', ...drawn },
  },
  /** The state of a generator (i32 [4]), moved on by one draw, and the key of that draw; `next` may be the state. */
  NextKeyArgs: {
    kernels: ['nextKey'],
    fields: { state: 'read', next: 'write', key: 'write' },
  },
} as const satisfies Family;
