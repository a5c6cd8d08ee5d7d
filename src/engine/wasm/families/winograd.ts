import type { Family } from './family.js';
import { tiles } from './tiles.js';

export const winogradForward = {
  WinogradArgs: {
    kernels: ['winogradWeights', 'winogradStrips', 'winogradInput', 'winogradSlices'],
    fields: {
      input: tiles('read'),
      output: tiles('write'),
      /** In all. */
      tiles: 'i32',
      /** [O][I][3][3] */
      w: 'read',
      /** Bytes in w from a channel of the output to the next, and from one of the input. */
      ...{ lane: 'usize', sum: 'usize' },
      /** Whether the kernels are turned by 180°. */
      flipped: 'bool',
      /** Strips: U. */
      u: 'write?',
      /** Slices: V. */
      v: 'write?',
      tilesPerStrip: 'i32',
      /** Of 16 output channels. */
      blocksPerSlice: 'i32',
      /** A float per output channel. */
      add: 'read',
      floor: 'f32',
      /** Per thread: the transforms' temp, then V and M of a strip, or U and M of a slice. */
      ...{ scratch: 'write', scratchBytes: 'usize' },
    },
    reads: { winogradStrips: ['u'], winogradSlices: ['v'] },
  },
} as const satisfies Family;

export const winogradWeight = {
  WinogradGradientArgs: {
    kernels: [
      'winogradGradientStrips',
      'winogradGradientTaps',
      'winogradGradientInput',
      'winogradGradientBlocks',
    ],
    fields: {
      input: tiles('read'),
      gradient: tiles('read'),
      /** In all. */
      tiles: 'i32',
      /** [O][I][3][3] */
      dw: 'write?',
      /** Strips: S of each thread. */
      ...{ s: 'write?', sBytes: 'usize' },
      /** Threads that have an S. */
      parts: 'i32',
      /** Blocks: V and D. */
      ...{ v: 'write?', d: 'write?' },
      tilesPerStrip: 'i32',
      /** Of 16 output channels. */
      blocksPerGroup: 'i32',
      /** Per thread: the transforms' temp, then V and D of a strip, or S of a pair. */
      ...{ scratch: 'write', scratchBytes: 'usize' },
    },
    reads: { winogradGradientTaps: ['s'], winogradGradientBlocks: ['v', 'd'] },
  },
} as const satisfies Family;
