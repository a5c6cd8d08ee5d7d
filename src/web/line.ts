/** What a page has of its Worker: who asks, and who waits for an answer. */
import type { LoadProgress } from '../runs/fetch-model.js';
import type { Answers, Ask, Reply, Request } from './protocol.js';

// The part of the browser's interface that is used here.
declare class Worker {
  constructor(url: URL | string, options: { type: 'module'; name: string });
  onmessage: (event: { readonly data: Reply }) => void;
  onerror: (event: { readonly message?: string; preventDefault(): void }) => void;
  postMessage(message: Request, transfer: object[]): void;
  terminate(): void;
}

interface Waiting {
  resolve(value: Answers[keyof Answers]): void;
  reject(error: unknown): void;
  onProgress: ((progress: LoadProgress) => void) | undefined;
  /** Listens to the signal no longer. */
  leave(): void;
}

export interface Wishes {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

/** The Worker, and who waits for an answer of it. */
export class Line {
  private readonly waiting = new Map<number, Waiting>();
  private readonly worker = startWorker();
  private last = 0;

  constructor() {
    this.worker.onmessage = ({ data }) => this.hear(data);
    this.worker.onerror = (event) => {
      event.preventDefault();
      const reason = event.message || 'wick-worker.js, or what it needs, did not load';
      this.fail(new Error(`wick: ${reason}`));
    };
  }

  ask<A extends Ask>(ask: A, { signal, onProgress }: Wishes): Promise<Answers[A['kind']]> {
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const taken = resolve as Waiting['resolve']; // the Worker answers what it was asked
      const forget = () => {
        if (!this.waiting.delete(id)) return;
        this.worker.postMessage({ kind: 'forget', of: id, id: 0 }, []);
        reject(signal?.reason);
      };
      const leave = () => signal?.removeEventListener('abort', forget);
      this.waiting.set(id, { resolve: taken, reject, onProgress, leave });
      this.worker.postMessage({ ...ask, id }, []);
      signal?.addEventListener('abort', forget);
    });
  }

  close(): void {
    this.worker.terminate();
    this.fail(new Error('wick: the model was closed'));
  }

  private hear(reply: Reply): void {
    const waiting = this.waiting.get(reply.id);
    if (waiting === undefined) return;
    if ('progress' in reply) {
      waiting.onProgress?.(reply.progress);
      return;
    }
    this.waiting.delete(reply.id);
    waiting.leave();
    if ('value' in reply) waiting.resolve(reply.value);
    else waiting.reject(Object.assign(new Error(reply.error.message), { name: reply.error.name }));
  }

  private fail(error: Error): void {
    for (const { reject, leave } of this.waiting.values()) {
      leave();
      reject(error);
    }
    this.waiting.clear();
  }
}

function startWorker(): Worker {
  const url = new URL('./wick-worker.js', import.meta.url);
  const options = { type: 'module', name: 'wick' } as const;
  try {
    return new Worker(url, options);
  } catch {
    // A Worker must be of the page's own site; a module that it imports need not.
    const code = `import ${JSON.stringify(url.href)};`;
    return new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })), options);
  }
}
