/**
 * The engine's surroundings in Node: files, threads and V8's flags. Node's modules are looked up when they are needed, not
 * imported, so that a browser can load everything that imports this file.
 */
import { EngineError } from '../../core/errors.js';
import { closeAtExit, LoadGate } from '../../core/load-gate.js';
import type { Helper, HelperStart, Host, KernelBuild, KernelModule } from './host.js';
import type { NodeHelperStart } from './node-worker.js';

export const nodeHost: Host = {
  get parallelism() {
    return nodeModule('node:os').availableParallelism();
  },
  sharesMemory: true,
  canSleep: true,
  loadKernels,
  startHelper,
  collectGarbage,
};

function loadKernels(build?: KernelBuild): KernelModule {
  const bytes = read(build ?? 'relaxed');
  if (build === 'simd' || accepts(bytes))
    return { module: new WebAssembly.Module(bytes), build: build ?? 'relaxed' };
  if (build === 'relaxed')
    throw new EngineError('wasm', "this machine has no relaxed SIMD; use kernels: 'simd'");
  return { module: new WebAssembly.Module(read('simd')), build: 'simd' };
}

function read(build: KernelBuild): Uint8Array {
  return nodeModule('node:fs').readFileSync(new URL(`./kernels-${build}.wasm`, import.meta.url));
}

/** Node 20 has relaxed SIMD behind a flag, which is set only where it is needed: newer versions warn that they know none. */
function accepts(relaxed: Uint8Array): boolean {
  if (WebAssembly.validate(relaxed)) return true;
  if (!process.versions.node.startsWith('20.')) return false;
  nodeModule('node:v8').setFlagsFromString('--experimental-wasm-relaxed-simd');
  return WebAssembly.validate(relaxed);
}

function startHelper(start: HelperStart): Helper {
  const { Worker: Thread } = nodeModule('node:worker_threads');
  const gate = new LoadGate();
  const workerData: NodeHelperStart = { ...start, gate: gate.word };
  const worker = new Thread(new URL('./node-worker.js', import.meta.url), {
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

type NodeModule = 'node:fs' | 'node:os' | 'node:v8' | 'node:vm' | 'node:worker_threads';

function nodeModule<Name extends NodeModule>(name: Name) {
  if (typeof process === 'undefined')
    throw new EngineError(
      'wasm',
      'this is not Node; in a browser call useEngine(await openBrowserEngine()) first',
    );
  return process.getBuiltinModule(name);
}
