import type { Family } from './family.js';

/**
 * Windows of x [planes][H][W][block], planes = images × channel blocks, as tables of three words a window: start, end,
 * 1 / extent (f32). `block` is 1 (row-major) or a multiple of 4.
 */
const windows = {
  planes: 'i32',
  height: 'i32',
  width: 'i32',
  block: 'i32',
  outHeight: 'i32',
  outWidth: 'i32',
  rowWindows: 'read',
  columnWindows: 'read',
} as const;

export const avgPool = {
  AvgPoolArgs: {
    kernels: ['avgPool'],
    bfloat16: ['avgPool'],
    fields: { x: 'read', y: 'write', ...windows },
  },
  /** The tables of covers: the first window that holds a row or column of x, and the one after the last. */
  AvgPoolBackwardArgs: {
    kernels: ['avgPoolBackward'],
    bfloat16: ['avgPoolBackward'],
    fields: { dy: 'read', dx: 'write', ...windows, rowCovers: 'read', columnCovers: 'read' },
  },
} as const satisfies Family;
