/**
 * A pool's surroundings in a browser: Web Workers. Threads need shared memory, which browsers give only to pages that are
 * isolated from other origins.
 */
import { EngineError } from '../../core/errors.js';
import type { HelperStarted } from './browser-helper.js';
import type { HelperStart, Host } from './host.js';

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

export function browserHost(): BrowserHost {
  const sharesMemory = crossOriginIsolated;
  const starts: Promise<void>[] = [];
  return {
    parallelism: sharesMemory ? navigator.hardwareConcurrency : 1,
    sharesMemory,
    canSleep: sharesMemory && canSleep(),
    startHelper(start) {
      const worker = new Worker(new URL('./browser-helper.js', import.meta.url), {
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

/** A browser lets workers sleep, but not the thread of a page. */
function canSleep(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1); // Returns at once: the word is 0.
    return true;
  } catch {
    return false;
  }
}
