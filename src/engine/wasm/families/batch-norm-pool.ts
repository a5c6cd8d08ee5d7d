import type { Family } from './family.js';

/** x [images][groups][height][width][block], block % 4 = 0. Winners have the elements of y, `index` their places (u8). */
const image = {
  images: 'i32',
  groups: 'i32',
  height: 'i32',
  width: 'i32',
  block: 'i32',
} as const;

export const batchNormPool = {
  BatchNormReluPoolArgs: {
    kernels: ['batchNormReluPool'],
    bfloat16: ['batchNormReluPool'],
    fields: {
      ...{ x: 'read', ...image, scale: 'read', shift: 'read' },
      ...{ y: 'write', winners: 'write', index: 'write' },
    },
  },
  /** `terms` are those of batchNormBackwardTerms; dx may be x. */
  BatchNormReluPoolBackwardArgs: {
    kernels: ['batchNormReluPoolBackward'],
    bfloat16: ['batchNormReluPoolBackward'],
    fields: {
      ...{ x: 'read', ...image, terms: 'read', shift: 'read' },
      ...{ dy: 'read', winners: 'read', index: 'read', dx: 'write' },
    },
  },
} as const satisfies Family;
