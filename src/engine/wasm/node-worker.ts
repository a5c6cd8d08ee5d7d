/** The file that a helper thread runs in Node. */
import { workerData } from 'node:worker_threads';
import { LoadGate } from '../../core/load-gate.js';
import { reportFailure } from './control.js';
import { helpPool } from './helper.js';
import type { HelperStart } from './host.js';
import { type NativeCalls, type NativeModule, noNativeCalls } from './native.js';

/** What `node-host.ts` passes. */
export interface NodeHelperStart extends HelperStart {
  /** Of the gate behind which native kernels are loaded. */
  readonly gate: SharedArrayBuffer;
}

const start = workerData as NodeHelperStart;
try {
  const calls = await nativeCallsOf(start);
  if (calls !== undefined) helpPool(start, calls);
} catch (error) {
  reportFailure(start.memory.buffer, error);
}

/** Undefined where the process ends meanwhile. */
async function nativeCallsOf({
  memory,
  native,
  gate,
}: NodeHelperStart): Promise<NativeCalls | undefined> {
  if (native === undefined) return noNativeCalls;
  const { nativeCalls } = (await import(native.module)) as NativeModule;
  return new LoadGate(gate).pass(() => nativeCalls(memory, native.data));
}
