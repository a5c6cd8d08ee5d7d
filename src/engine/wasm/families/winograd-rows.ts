import type { Family, Fields } from './family.js';

/** Offsets and steps in bytes; the y of a gradient is the output's. */
const fields = {
  /** [images][blocks][height][width][pixel / 4] */
  x: 'read',
  ...{ xImage: 'usize', xBlock: 'usize', pixel: 'usize', blocks: 'i32' },
  ...{ height: 'i32', width: 'i32' },
  /** The same, with blocks of a multiple of 4 channels. */
  y: 'write',
  ...{ yImage: 'usize', yBlock: 'usize', yPixel: 'usize', yBlocks: 'i32' },
  ...{ outHeight: 'i32', outWidth: 'i32' },
  images: 'i32',
  ...{ kernelHeight: 'i32', kernelWidth: 'i32', strideHeight: 'i32', strideWidth: 'i32' },
  ...{ padTop: 'i32', padLeft: 'i32' },
  /** Weights, or their gradient: a row-major kernel for every pair of channels. */
  w: 'read',
  /** From a channel of the output to the next, and from one of the input. */
  ...{ lane: 'usize', sum: 'usize' },
  /** Whether the kernels are turned by 180°. */
  flipped: 'bool',
  /** Of a kernel. */
  ...{ channels: 'i32', outChannels: 'i32' },
  /** Of a tile. */
  outputs: 'i32',
  /** Tiles in a row. */
  across: 'i32',
  /** Of output. */
  rowsPerStrip: 'i32',
  /** [8][panels][kernelHeight][lanes][panelWidth], or partial sums [threads][8][kernelHeight][lanes][columns] */
  u: 'write',
  /** 8 or 12 output channels. */
  panelWidth: 'i32',
  /** A float per column. */
  add: 'read?',
  /** Lowest output. */
  floor: 'f32',
  /** Threads that have sums. */
  parts: 'i32',
  partBytes: 'usize',
  /** Per thread. */
  ...{ scratch: 'write', scratchBytes: 'usize' },
} as const satisfies Fields;

export const winogradRows = {
  RowsArgs: {
    kernels: ['winogradRowsWeights', 'winogradRows'],
    fields,
    reads: { winogradRows: ['u'] },
  },
} as const satisfies Family;

export const winogradRowsWeight = {
  RowsArgs: {
    kernels: ['winogradRowsGradient', 'winogradRowsTaps'],
    fields: { ...fields, y: 'read', w: 'write' },
    reads: { winogradRowsTaps: ['u'] },
  },
} as const satisfies Family;
