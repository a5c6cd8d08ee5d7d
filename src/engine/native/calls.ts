/** The calls by which the pool's threads run emitted code (`../compiler/foreign-call.ts`). */
import { addressOf, functionAt } from '../ffi.js';
import type { ForeignCalls } from '../pool/foreign-code.js';
import { openSystemLibrary } from './memory.js';
import { runnerPrototype } from './runner.js';

/** What the provider gives every thread. */
export interface RunnerPlace {
  readonly runner: number;
}

/** For the calling thread, the main one or a helper. */
export function foreignCalls(memory: WebAssembly.Memory, data: unknown): ForeignCalls {
  const { runner } = data as RunnerPlace; // From this room's provider.
  openSystemLibrary(); // Before the first call, as `functionAt` asks.
  const run = functionAt(runner, runnerPrototype);
  const base = Number(addressOf(memory.buffer)); // Stays when the memory grows.
  return {
    execute(_primitive, _stream, count, args) {
      run(base, base + (args >>> 0) + operandAddresses(count), 0);
    },
    bind() {}, // The operands' addresses are read where the record has them.
  };
}

/** Bytes from a record's argument list to the operands' addresses in it (`foreignRecords`). */
function operandAddresses(count: number): number {
  return count * (16 + 4);
}
