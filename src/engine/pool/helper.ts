/** A helper thread's life: it takes part in every run of the pool until the thread is ended. */
import { reportFailure, sleeper } from './control-block.js';
import type { ForeignCalls } from './foreign-code.js';
import type { HelperStart } from './host.js';

/** Calls `started` once nothing can go wrong before the first run. */
export function helpPool(
  { module, memory, tid, threads }: HelperStart,
  calls: ForeignCalls,
  started?: () => void,
) {
  try {
    const env = { memory, host() {}, sleep: sleeper(memory), ...calls };
    const { exports } = new WebAssembly.Instance(module, { env });
    started?.();
    (exports as { serve(tid: number, threads: number): void }).serve(tid, threads); // wasm/kernels/main.ts
  } catch (error) {
    reportFailure(memory.buffer, error);
  }
}
