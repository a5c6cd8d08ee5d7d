/** A pool's surroundings in Node: threads and the garbage collector. */
import { closeAtExit, LoadGate } from '../../core/load-gate.js';
import type { Helper, HelperStart, Host } from './host.js';
import type { NodeHelperStart } from './node-helper.js';
import { nodeModule } from './node-module.js';

export const nodeHost: Host = {
  get parallelism() {
    return nodeModule('node:os').availableParallelism();
  },
  sharesMemory: true,
  canSleep: true,
  startHelper,
  collectGarbage,
};

function startHelper(start: HelperStart): Helper {
  const { Worker: Thread } = nodeModule('node:worker_threads');
  const gate = new LoadGate();
  const workerData: NodeHelperStart = { ...start, gate: gate.word };
  const worker = new Thread(new URL('./node-helper.js', import.meta.url), {
    workerData,
    execArgv: [], // Of the program's own options some (--input-type, --eval) would keep the helper from starting.
  });
  worker.on('error', () => {}); // The pool counts who has started and says what is missing; unheard, it would end the program.
  worker.on('exit', closeAtExit(gate));
  worker.unref();
  return { stop: () => gate.close() }; // The pool has dismissed it: to end it here might catch it loading.
}

let collect: (() => unknown) | undefined = globalThis.gc;

/** V8 hands its collector to contexts that are made while it exposes it. */
function collectGarbage(): void {
  if (collect === undefined) {
    const { setFlagsFromString } = nodeModule('node:v8');
    setFlagsFromString('--expose-gc');
    collect = nodeModule('node:vm').runInNewContext('gc') as () => unknown; // By that flag.
    setFlagsFromString('--no-expose-gc');
  }
  collect();
}
