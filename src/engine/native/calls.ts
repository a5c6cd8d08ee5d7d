/** The calls by which the pool's threads run emitted code. */
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
    call(addresses) {
      run(base, base + (addresses >>> 0), 0);
    },
  };
}
