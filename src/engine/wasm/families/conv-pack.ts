import type { Family } from './family.js';

export const convPack = {
  /** Panels, columns, rows and blocks are those of one group, and steps are bytes in w. */
  PackArgs: {
    kernels: ['convPack', 'convUnpack'],
    fields: {
      /** Row-major weights (packing reads, unpacking writes). */
      w: 'write',
      packed: 'write',
      ...{ groups: 'i32', columns: 'i32', rows: 'i32' },
      ...{ columnStep: 'usize', rowStep: 'usize', groupStep: 'usize' },
      ...{ panels: 'i32', panelWidth: 'i32', blocks: 'i32' },
      /** B. */
      block: 'i32',
      /** Of a kernel. */
      taps: 'i32',
      /** Packing: the taps that are packed, and the first of them; steps are negative where the kernel is flipped. */
      ...{ tapRows: 'i32', tapColumns: 'i32', firstTap: 'i32' },
      ...{ tapRowStep: 'i32', tapColumnStep: 'i32' },
      /** Unpacking: partial sums to add, in this order. */
      ...{ partials: 'i32', partialBytes: 'usize' },
      /** Per thread: a vector for each tap. */
      ...{ scratch: 'write', scratchBytes: 'usize' },
    },
    reads: { convPack: ['w'], convUnpack: ['packed'] },
  },
  /** `bias` [groups][channels] to `padded` [groups][width]. */
  PackBiasArgs: {
    kernels: ['convPackBias'],
    fields: { bias: 'read', padded: 'write', groups: 'i32', channels: 'i32', width: 'i32' },
  },
} as const satisfies Family;
