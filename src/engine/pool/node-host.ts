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

let collector: (() => void) | undefined;

function collectGarbage(): void {
  collector ??= openCollector();
  collector();
}

/**
 * V8 hands its collector to contexts that are made while it exposes it. Until the program lets the event loop go on, V8 keeps what
 * a `WeakRef` has been made of, but for the end of a script in a context with microtasks of its own.
 */
function openCollector(): () => void {
  const { setFlagsFromString } = nodeModule('node:v8');
  const { createContext, Script } = nodeModule('node:vm');
  setFlagsFromString('--expose-gc');
  const context = createContext({}, { microtaskMode: 'afterEvaluate' });
  const collect = new Script('gc').runInContext(context) as () => unknown; // By that flag.
  if (globalThis.gc === undefined) setFlagsFromString('--no-expose-gc');
  const turn = new Script('0');
  return () => {
    turn.runInContext(context);
    collect();
  };
}
