import type { Family } from './family.js';
import { poolWindows } from './max-pool.js';

/** Results below `low` become it: 0 for a relu, −∞ for none. `groups`: planes of an image. */
const forward = {
  x: 'read',
  y: 'write',
  index: 'write?',
  low: 'f32',
  ...poolWindows,
  groups: 'i32',
} as const;

/** With a y, a relu was applied: no gradient where y ≤ 0. */
const backward = { dy: 'read', dx: 'write', index: 'read', y: 'read?', ...poolWindows } as const;

/**
 * block % 4 = 0; `index` (u8), where it is wanted, is the winner's place in its window, u · kernelW + v. …2x2: windows 2 × 2, stride 2, no padding.
 */
export const maxPoolBlocks = {
  /** `taps` (i32 [kernelH · kernelW]): bytes from a window's first element to each. */
  MaxPoolBlocksArgs: {
    kernels: ['maxPoolBlocks'],
    bfloat16: ['maxPoolBlocks'],
    fields: { ...forward, taps: 'read' },
  },
  /** `taps` in bytes of floats; scratch, for bfloat16 alone: a plane of dx in floats for each thread. */
  MaxPoolBlocksBackwardArgs: {
    kernels: ['maxPoolBlocksBackward'],
    bfloat16: ['maxPoolBlocksBackward'],
    fields: { ...backward, taps: 'read', scratch: 'write?', scratchBytes: 'usize' },
  },
  MaxPoolBlocks2x2Args: {
    kernels: ['maxPoolBlocks2x2'],
    bfloat16: ['maxPoolBlocks2x2'],
    fields: forward,
  },
  MaxPoolBlocks2x2BackwardArgs: {
    kernels: ['maxPoolBlocks2x2Backward'],
    bfloat16: ['maxPoolBlocks2x2Backward'],
    fields: backward,
  },
} as const satisfies Family;
