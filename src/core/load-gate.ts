/**
 * A thread of Node must not be ended while it loads native code: an addon calls Node as it starts, which refuses in a thread
 * that ends, and many addons then abort the process. Such a thread loads behind a gate, and whoever ends the process waits
 * for a load that has begun, and lets none begin.
 */
const states = { open: 0, loading: 1, done: 2, closed: 3 } as const;

/** How long the end of the process waits for one thread, in milliseconds: a load that hangs must not keep it. */
const patience = 10_000;

export class LoadGate {
  private readonly state: Int32Array;

  /** @param word Shared by the thread and whoever ends it; it is what messages carry. */
  constructor(readonly word = new SharedArrayBuffer(4)) {
    this.state = new Int32Array(word);
  }

  /** In the thread: what `load` returns, or undefined, without calling it, where the gate has been closed. */
  pass<T>(load: () => T): T | undefined {
    if (Atomics.compareExchange(this.state, 0, states.open, states.loading) !== states.open)
      return undefined;
    try {
      return load();
    } finally {
      Atomics.store(this.state, 0, states.done);
      Atomics.notify(this.state, 0);
    }
  }

  /** The same of a load that takes several turns of the event loop. */
  async passAsync<T>(load: () => Promise<T>): Promise<T | undefined> {
    if (Atomics.compareExchange(this.state, 0, states.open, states.loading) !== states.open)
      return undefined;
    try {
      return await load();
    } finally {
      Atomics.store(this.state, 0, states.done);
      Atomics.notify(this.state, 0);
    }
  }

  /** Lets no load begin any more. */
  close(): void {
    Atomics.compareExchange(this.state, 0, states.open, states.closed);
  }

  /** Waits for a load that has begun. */
  wait(): void {
    Atomics.wait(this.state, 0, states.loading, patience);
  }
}

/** What is told that the process ends, and then waited for. */
export interface Closing {
  close(): void;
  wait(): void;
}

const guarded = new Set<Closing>();

/** Closes it, and waits, before the process ends. Returns what to call when its thread has ended. */
export function closeAtExit(closing: Closing): () => void {
  if (guarded.size === 0) process.on('exit', closeAll);
  guarded.add(closing);
  return () => {
    guarded.delete(closing);
    if (guarded.size === 0) process.off('exit', closeAll);
  };
}

function closeAll(): void {
  for (const closing of guarded) closing.close();
  for (const closing of guarded) closing.wait();
}
