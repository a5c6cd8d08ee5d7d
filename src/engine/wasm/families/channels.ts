import type { Family } from './family.js';

/** A tensor as [images][groups][pixels][block]: groups · block channels, zeros in those that fill the last block. */
export const channelSizes = { images: 'i32', groups: 'i32', pixels: 'i32', block: 'i32' } as const;

export const channels = {
  /** Sums of each thread, f64 [threads][stored]; block % 4 = 0. */
  ChannelSumsArgs: {
    kernels: ['channelSums'],
    bfloat16: ['channelSums'],
    fields: { x: 'read', ...channelSizes, sums: 'write' },
  },
  /** y [channels] = the threads' sums · factor; `stored` channels with those that fill the last block. */
  ChannelTotalsArgs: {
    kernels: ['channelTotals'],
    bfloat16: ['channelTotals'],
    fields: {
      ...{ sums: 'read', y: 'write', channels: 'i32', stored: 'i32', factor: 'f64' },
      ...{ x: 'read', ...channelSizes },
    },
  },
} as const satisfies Family;
