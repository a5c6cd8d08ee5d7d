/** The file that a helper thread runs in Node. */
import { workerData } from 'node:worker_threads';
import { LoadGate } from '../../core/load-gate.js';
import { reportFailure } from './control-block.js';
import { type ForeignCalls, type ForeignModule, noForeignCalls } from './foreign-code.js';
import { helpPool } from './helper.js';
import type { HelperStart } from './host.js';

/** What `node-host.ts` passes. */
export interface NodeHelperStart extends HelperStart {
  /** Of the gate behind which foreign code is loaded. */
  readonly gate: SharedArrayBuffer;
}

const start = workerData as NodeHelperStart;
try {
  const calls = await foreignCallsOf(start);
  if (calls !== undefined) helpPool(start, calls);
} catch (error) {
  reportFailure(start.memory.buffer, error);
}

/** Undefined where the process ends meanwhile. */
async function foreignCallsOf({
  memory,
  foreign,
  gate,
}: NodeHelperStart): Promise<ForeignCalls | undefined> {
  if (foreign === undefined) return noForeignCalls;
  const { foreignCalls } = (await import(foreign.module)) as ForeignModule;
  return new LoadGate(gate).pass(() => foreignCalls(memory, foreign.data));
}
