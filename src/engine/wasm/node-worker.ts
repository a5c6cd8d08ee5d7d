/** A helper thread of the pool: it takes part in every run until the process ends. */
import { workerData } from 'node:worker_threads';
import { reportFailure, sleeper } from './control.js';
import type { HelperStart } from './host.js';

const { module, memory, tid, threads } = workerData as HelperStart;

try {
  const env = { memory, host() {}, sleep: sleeper(memory) };
  const { exports } = new WebAssembly.Instance(module, { env });
  (exports as { serve(tid: number, threads: number): void }).serve(tid, threads); // kernels/main.ts
} catch (error) {
  reportFailure(memory.buffer, error);
}
