/** The file that a helper thread runs in Node. */
import { workerData } from 'node:worker_threads';
import { reportFailure } from './control.js';
import { helpPool } from './helper.js';
import type { HelperStart } from './host.js';
import { type NativeCalls, type NativeModule, noNativeCalls } from './native.js';

const start = workerData as HelperStart;
try {
  helpPool(start, await nativeCallsOf(start));
} catch (error) {
  reportFailure(start.memory.buffer, error);
}

async function nativeCallsOf({ memory, native }: HelperStart): Promise<NativeCalls> {
  if (native === undefined) return noNativeCalls;
  const { nativeCalls } = (await import(native.module)) as NativeModule;
  return nativeCalls(memory, native.data);
}
