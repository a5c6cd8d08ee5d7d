import type { Family } from './family.js';

/** Phases that leave WebAssembly. */
export const calls = {
  /** A function of the host, on the main thread. */
  HostArgs: { kernels: ['host'], fields: { id: 'i32' } },
  /** Foreign code on every thread, with `count` operands: record t, of words, says what thread t does (kernels/calls.ts). */
  ForeignArgs: {
    kernels: ['foreign'],
    fields: { records: 'read', recordBytes: 'usize', count: 'i32', operands: 'pointers' },
  },
} as const satisfies Family;
