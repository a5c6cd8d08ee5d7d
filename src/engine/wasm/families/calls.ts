import type { Family } from './family.js';

/** Phases that leave WebAssembly. */
export const calls = {
  /** A function of the host, on the main thread. */
  HostArgs: { kernels: ['host'], fields: { id: 'i32' } },
  /** What the thread's record (compiler/foreign-call.ts) says, with so many operands. */
  ForeignArgs: {
    kernels: ['foreign'],
    fields: { records: 'read', recordBytes: 'usize', count: 'i32', operands: 'pointers' },
  },
} as const satisfies Family;
