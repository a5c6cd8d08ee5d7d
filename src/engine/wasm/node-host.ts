/** The engine's surroundings in Node: files, threads and V8's flags. Only this file and `node-worker.ts` import them. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { EngineError } from '../../core/errors.js';
import type { HelperStart, Host, KernelBuild, KernelModule } from './host.js';

export const nodeHost: Host = {
  parallelism: typeof SharedArrayBuffer === 'undefined' ? 1 : availableParallelism(),
  canSleep: true,
  loadKernels,
  startHelper,
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
  return readFileSync(new URL(`./kernels-${build}.wasm`, import.meta.url));
}

/** Node 20 has relaxed SIMD behind a flag, which is set only where it is needed: newer versions warn that they know none. */
function accepts(relaxed: Uint8Array): boolean {
  if (WebAssembly.validate(relaxed)) return true;
  if (!process.versions.node.startsWith('20.')) return false;
  setFlagsFromString('--experimental-wasm-relaxed-simd');
  return WebAssembly.validate(relaxed);
}

function startHelper(start: HelperStart): { stop(): void } {
  const worker = new Worker(new URL('./node-worker.js', import.meta.url), {
    workerData: start,
    execArgv: [], // Of the program's own options some (--input-type, --eval) would keep the helper from starting.
  });
  worker.unref();
  return { stop: () => void worker.terminate() };
}
