import type { Family, Fields } from './family.js';
import { tiledConvolution, tiles } from './tiles.js';

const fields = {
  ...tiledConvolution.start,
  /** Where weights are transformed once: U. */
  u: 'write?',
  ...tiledConvolution.rest,
} as const satisfies Fields;

export const winogradForward = {
  WinogradArgs: {
    kernels: ['winogradWeights', 'winogradStrips', 'winogradInput', 'winogradSlices'],
    fields,
    reads: { winogradStrips: ['u'], winogradSlices: ['u', 'v'] },
  },
} as const satisfies Family;

/** With a stride of two. */
export const winogradStrided = {
  WinogradArgs: {
    kernels: [
      'winogradStridedWeights',
      'winogradStrided',
      'winogradStridedInput',
      'winogradStridedSlices',
    ],
    fields,
    reads: { winogradStrided: ['u'], winogradStridedSlices: ['u', 'v'] },
  },
} as const satisfies Family;

/** With tiles of 2 × 2 pixels. */
export const winogradSmall = {
  WinogradArgs: {
    kernels: ['winogradSmallWeights', 'winogradSmallInput', 'winogradSmallSlices'],
    fields,
    reads: { winogradSmallSlices: ['u', 'v'] },
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
