import type { Family } from './family.js';
import { tiledConvolution, tiles } from './tiles.js';

export const winogradForward = {
  WinogradArgs: {
    kernels: ['winogradWeights', 'winogradStrips', 'winogradInput', 'winogradSlices'],
    fields: {
      ...tiledConvolution.start,
      /** Strips: U. */
      u: 'write?',
      ...tiledConvolution.rest,
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
