import type { Family, Group } from './family.js';
import { tiledConvolution, tiles } from './tiles.js';

/** How foreign code makes a product. */
const product = {
  name: 'ForeignProduct',
  fields: {
    /** Per thread: the product of a whole strip, and that of the last. */
    records: 'read',
    recordBytes: 'usize',
    /** 3, or 4 with a scratchpad. */
    operands: 'i32',
    /** Per thread. */
    pad: 'write?',
    padBytes: 'usize',
  },
} as const satisfies Group;

export const winogradForeign = {
  ForeignWinogradArgs: {
    kernels: [
      'winogradForeignWeights',
      'winogradForeignStrips',
      'winogradForeignInput',
      'winogradForeignSlices',
    ],
    fields: {
      ...tiledConvolution.start,
      /** Strips: U, and the bytes from an element to the next, and from a channel of the input. */
      ...{ u: 'write?', uElement: 'usize', uRow: 'usize' },
      ...tiledConvolution.rest,
      product,
    },
    reads: { winogradForeignStrips: ['u'], winogradForeignSlices: ['v'] },
  },
  ForeignWinogradGradientArgs: {
    kernels: [
      'winogradForeignGradientStrips',
      'winogradForeignGradientTaps',
      'winogradForeignGradientInput',
      'winogradForeignGradientBlocks',
    ],
    fields: {
      input: tiles('read'),
      gradient: tiles('read'),
      /** In all. */
      tiles: 'i32',
      /** [O][I][3][3] */
      dw: 'write?',
      /** Bytes in dw from a channel of the output to the next, and from one of the input. */
      ...{ lane: 'usize', sum: 'usize' },
      /** Strips: S of each thread, and the bytes from an element to the next, and from a channel of the input. */
      ...{ s: 'write?', sBytes: 'usize', sElement: 'usize', sRow: 'usize' },
      /** Threads that have an S. */
      parts: 'i32',
      /** Blocks: V and D. */
      ...{ v: 'write?', d: 'write?' },
      tilesPerStrip: 'i32',
      /** Of 16 output channels. */
      blocksPerSlice: 'i32',
      /** Of 16 input channels. */
      ...{ groups: 'i32', blocksPerGroup: 'i32' },
      /** Per thread: the transforms' temp, then V and D of a strip, or S of a group's slice. */
      ...{ scratch: 'write', scratchBytes: 'usize' },
      product,
    },
    reads: { winogradForeignGradientTaps: ['s'], winogradForeignGradientBlocks: ['v', 'd'] },
  },
} as const satisfies Family;
