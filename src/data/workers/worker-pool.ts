import type { Worker } from 'node:worker_threads';
import { WickError } from '../../core/errors.js';
import type { BatchTask, FetchedBatch } from '../fetch-batch.js';
import { unpackError } from './error-message.js';
import type { WorkerReply, WorkerRequest, WorkerSetup } from './protocol.js';

interface Pending {
  resolve(batch: FetchedBatch): void;
  reject(error: WickError): void;
}

/** One worker thread and the requests that it has not answered yet. */
interface Member {
  readonly thread: Worker;
  readonly pending: Map<number, Pending>;
  /** Why it has ended, once it has. */
  failure: WickError | null;
}

/** Worker threads that fetch batches, each as soon as one of them is free. Idle ones do not keep the process alive. */
export class WorkerPool {
  private readonly members: Member[] = [];
  private lastId = 0;

  constructor(workers: number, setup: Omit<WorkerSetup, 'workerId'>) {
    for (let workerId = 0; workerId < workers; workerId++)
      this.members.push(start({ ...setup, workerId }));
  }

  /** Fetches a batch, into memory that is handed over if it fits. Requests are begun in the order in which they are made. */
  fetch(task: BatchTask, spare?: ArrayBuffer): Promise<FetchedBatch> {
    const id = ++this.lastId;
    const member = this.members.reduce((a, b) => (b.pending.size < a.pending.size ? b : a));
    const result = new Promise<FetchedBatch>((resolve, reject) => {
      if (member.failure !== null) reject(member.failure);
      else member.pending.set(id, { resolve, reject });
    });
    result.catch(() => {}); // reported when its turn in the stream comes, or never if nobody gets so far
    if (member.failure !== null) return result;
    member.thread.ref();
    const request: WorkerRequest = { kind: 'fetch', id, task, spare };
    member.thread.postMessage(request, spare === undefined ? [] : [spare]);
    return result;
  }

  /** Drops all requests that have not been answered. */
  forget(): void {
    for (const { thread, pending } of this.members) {
      pending.clear();
      thread.postMessage({ kind: 'forget', id: this.lastId } satisfies WorkerRequest);
      thread.unref();
    }
  }

  async close(): Promise<void> {
    for (const { pending } of this.members) pending.clear();
    await Promise.all(this.members.map(({ thread }) => thread.terminate()));
  }
}

function startThread(setup: WorkerSetup): Worker {
  // Looked up, not imported: browsers load this file.
  const threads =
    typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:worker_threads');
  if (threads === undefined)
    throw new WickError(
      'DataLoader',
      'numWorkers needs threads of Node; leave it out in a browser, and load data in a Worker of your own',
    );
  const name = `wick data ${setup.workerId}`;
  try {
    return new threads.Worker(new URL('./worker.js', import.meta.url), { workerData: setup, name });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WickError(
      'DataLoader',
      `worker ${setup.workerId} cannot be started: ${reason}; what workerSpec() gives must be plain data`,
      { cause },
    );
  }
}

function start(setup: WorkerSetup): Member {
  const thread = startThread(setup);
  const pending = new Map<number, Pending>();
  const member: Member = { thread, pending, failure: null };
  const fail = (reason: string, cause?: unknown) => {
    const error = new WickError('DataLoader', `worker ${setup.workerId} ${reason}`, { cause });
    member.failure ??= error;
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };
  thread.unref();
  thread.on('message', (reply: WorkerReply) => {
    const request = pending.get(reply.id);
    // Late replies to forgotten requests must not unref a thread that close() waits for.
    if (pending.delete(reply.id) && pending.size === 0) thread.unref();
    if ('error' in reply) request?.reject(unpackError(reply.error));
    else request?.resolve(reply.fetched);
  });
  thread.on('messageerror', (error) => fail(`sent what cannot be read: ${error.message}`, error));
  // A worker can throw anything; Node hands over what is left of it.
  thread.on('error', (error: unknown) =>
    fail(`crashed: ${error instanceof Error ? error.message : String(error)}`, error),
  );
  thread.on('exit', (code) => fail(`ended with exit code ${code}`));
  return member;
}
