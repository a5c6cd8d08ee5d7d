/** When to look at a folder again: at once when the system says that something is there, and now and then anyway. */
import { type FSWatcher, watch } from 'node:fs';

/** Not every file system tells what happens in it. */
const pollMs = 1000;

/** What comes close together is looked at once. */
const togetherMs = 100;

export class Changes {
  private readonly watcher: FSWatcher | null;
  private isDue = false;
  private wake: () => void = () => {};

  constructor(
    folder: string,
    private readonly signal: AbortSignal,
  ) {
    this.watcher = watched(folder, () => {
      this.isDue = true;
      setTimeout(() => this.wake(), togetherMs).unref();
    });
    this.watcher?.on('error', () => {}); // it is asked now and then
    signal.addEventListener('abort', () => this.close(), { once: true });
  }

  /** Waits until it is time; at once where something has come since the last call. */
  async next(): Promise<void> {
    const wait = this.isDue ? togetherMs : pollMs;
    this.isDue = false;
    if (this.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, wait);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = () => {};
  }

  close(): void {
    this.watcher?.close();
    this.wake();
  }
}

function watched(folder: string, onChange: () => void): FSWatcher | null {
  try {
    return watch(folder, onChange);
  } catch {
    return null; // no such folder yet, or no watches left
  }
}
