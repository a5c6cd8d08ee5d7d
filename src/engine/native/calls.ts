/** The calls by which the pool's threads run emitted code (`../wasm/native.ts`). */
import { addressOf, functionAt } from '../ffi.js';
import type { NativeCalls } from '../wasm/native.js';
import { openSystemLibrary } from './memory.js';
import { runnerPrototype } from './runner.js';

/** What the provider gives every thread. */
export interface RunnerPlace {
  readonly runner: number;
}

/** For the calling thread, the main one or a helper. */
export function nativeCalls(memory: WebAssembly.Memory, data: unknown): NativeCalls {
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

/** Bytes from a record's argument list to the operands' addresses in it (`nativeRecords`). */
function operandAddresses(count: number): number {
  return count * (16 + 4);
}
