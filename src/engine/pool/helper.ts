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
    // Where another thread has made the memory grow while this one received it, V8 (Node 20) may leave it with the size before, and
    // filling and copying trap behind that: now and then on a busy machine. Growing by nothing looks again.
    memory.grow(0);
    const env = { memory, host() {}, sleep: sleeper(memory), ...calls };
    const { exports } = new WebAssembly.Instance(module, { env });
    started?.();
    (exports as { serve(tid: number, threads: number): void }).serve(tid, threads); // wasm/kernels/main.ts
  } catch (error) {
    reportFailure(memory.buffer, error);
  }
}
