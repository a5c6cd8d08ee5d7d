/**
 * The engine's surroundings in a browser: fetched files and Web Workers. Threads need shared memory, which browsers give
 * only to pages that are isolated from other origins.
 */
import { EngineError, ValueError } from '../../core/errors.js';
import type { HelperStarted } from './browser-worker.js';
import type { HelperStart, Host, KernelBuild, KernelModule } from './host.js';
import { withUnsharedMemory } from './unshared-memory.js';

// The part of the browser's interface that is used here.
declare const crossOriginIsolated: boolean;
declare const navigator: { readonly hardwareConcurrency: number };
declare class Worker {
  constructor(url: URL, options: { type: 'module'; name: string });
  onmessage: (event: { readonly data: HelperStarted }) => void;
  onerror: (event: { readonly message?: string }) => void;
  postMessage(message: HelperStart): void;
  terminate(): void;
}

export interface BrowserHost extends Host {
  /** Resolves when all helpers wait for work: from then on the calling thread may block, and never yield to start them. */
  helpersStarted(): Promise<void>;
}

/** Bundlers find the files by these expressions. */
const files = {
  relaxed: () => new URL('./kernels-relaxed.wasm', import.meta.url),
  simd: () => new URL('./kernels-simd.wasm', import.meta.url),
} satisfies Record<KernelBuild, () => URL>;

/** Fetches the kernels: the build asked for, or the fastest that the browser takes. */
export async function openBrowserHost(build?: KernelBuild): Promise<BrowserHost> {
  const sharesMemory = crossOriginIsolated;
  const kernels = await fetchKernels(build, sharesMemory);
  const starts: Promise<void>[] = [];
  return {
    parallelism: sharesMemory ? navigator.hardwareConcurrency : 1,
    sharesMemory,
    canSleep: sharesMemory && canSleep(),
    loadKernels: () => kernels,
    startHelper(start) {
      const worker = new Worker(new URL('./browser-worker.js', import.meta.url), {
        type: 'module',
        name: `wick-${start.tid}`,
      });
      starts.push(
        new Promise((resolve, reject) => {
          const fail = (reason: string) => reject(helperProblem(start, reason));
          worker.onmessage = ({ data: { failure } }) =>
            failure === undefined ? resolve() : fail(failure);
          worker.onerror = ({ message }) => fail(message || 'its file did not load');
        }),
      );
      worker.postMessage(start);
      return { stop: () => worker.terminate() };
    },
    async helpersStarted() {
      await Promise.all(starts);
    },
  };
}

function helperProblem({ tid, threads }: HelperStart, reason: string): EngineError {
  return new EngineError(
    'openBrowserEngine',
    `thread ${tid + 1} of ${threads} has not started (${reason}); work without it: { threads: 1 }`,
  );
}

async function fetchKernels(
  build: KernelBuild | undefined,
  shared: boolean,
): Promise<KernelModule> {
  const first = build ?? 'relaxed';
  const bytes = await fetchBytes(files[first]());
  if (WebAssembly.validate(bytes)) return compile(bytes, first, shared);
  if (build !== undefined)
    throw new ValueError(
      'openBrowserEngine',
      `this browser has no ${build === 'relaxed' ? 'relaxed ' : ''}SIMD, which kernels: '${build}' needs`,
    );
  return compile(await fetchBytes(files.simd()), 'simd', shared);
}

async function compile(
  bytes: Uint8Array,
  build: KernelBuild,
  shared: boolean,
): Promise<KernelModule> {
  return { module: await WebAssembly.compile(shared ? bytes : withUnsharedMemory(bytes)), build };
}

async function fetchBytes(url: URL): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok)
    throw new EngineError(
      'openBrowserEngine',
      `${url} answers ${response.status}; the file must lie beside the engine's scripts`,
    );
  return new Uint8Array(await response.arrayBuffer());
}

/** A browser lets workers sleep, but not the thread of a page. */
function canSleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1); // Returns at once: the word is 0.
    return true;
  } catch {
    return false;
  }
}
