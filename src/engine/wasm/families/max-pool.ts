import type { Family } from './family.js';

/** x [planes][height][width][block] to y [planes][outHeight][outWidth][block]. */
const sizes = {
  planes: 'i32',
  height: 'i32',
  width: 'i32',
  block: 'i32',
  outHeight: 'i32',
  outWidth: 'i32',
} as const;

export const poolWindows = {
  ...sizes,
  kernelH: 'i32',
  kernelW: 'i32',
  strideH: 'i32',
  strideW: 'i32',
  paddingH: 'i32',
  paddingW: 'i32',
  dilationH: 'i32',
  dilationW: 'i32',
} as const;

/** block = 1; `index` (i32) is the winner's place in its plane, h · width + w. */
export const maxPool = {
  /** …2x2: windows 2 × 2, stride 2, no padding. */
  MaxPoolPlanesArgs: {
    kernels: ['maxPoolPlanes', 'maxPoolPlanes2x2'],
    fields: { x: 'read', y: 'write', index: 'write', ...poolWindows },
  },
  MaxPoolPlanesBackwardArgs: {
    kernels: ['maxPoolPlanesBackward'],
    fields: { dy: 'read', dx: 'write', index: 'read', ...sizes },
  },
} as const satisfies Family;
