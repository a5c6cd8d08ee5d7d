import { Worker } from 'node:worker_threads';
import type { RunFolder } from '../run-folder.js';
import type { DrawReply, DrawRequest } from './draw-thread.js';

/**
 * Draws the charts of a run in a thread of its own, so that steps do not wait. While it draws only the newest of the
 * requests that come is kept: a training whose epochs are short has pictures of fewer of them.
 */
export class DrawingThread {
  private thread: Worker | null = null;
  private next: Omit<DrawRequest, 'path'> | null = null;
  private stopped = false;
  private working: Promise<void> | null = null;

  constructor(
    private readonly run: RunFolder,
    /** Told what could not be drawn or written: that ends no training. */
    private readonly onProblem: (text: string) => void,
  ) {}

  draw(request: Omit<DrawRequest, 'path'>): void {
    this.next = request;
    this.working ??= this.work().finally(() => {
      this.working = null;
    });
  }

  /** Waits until all is drawn and written. */
  async settled(): Promise<void> {
    await this.working;
  }

  /** Ends the thread; what is not drawn yet is left. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.next = null;
    await this.thread?.terminate();
    await this.settled();
  }

  private async work(): Promise<void> {
    while (this.next !== null && !this.stopped) {
      const request = { ...this.next, path: this.run.path };
      this.next = null;
      try {
        const reply = await this.ask(request);
        if ('problem' in reply) this.onProblem(reply.problem);
        else await this.run.writeFiles(reply.files);
      } catch (error) {
        if (!this.stopped) this.onProblem(error instanceof Error ? error.message : String(error));
      }
    }
  }

  private ask(request: DrawRequest): Promise<DrawReply> {
    const url = new URL('./draw-thread.js', import.meta.url);
    this.thread ??= new Worker(url, { name: 'wick pictures' });
    const { thread } = this;
    return new Promise((resolve, reject) => {
      const answered = (reply: DrawReply) => {
        stop();
        resolve(reply);
      };
      const failed = (cause: unknown) => {
        stop();
        this.thread = null;
        reject(cause instanceof Error ? cause : new Error('the thread that draws has ended'));
      };
      const stop = () => {
        thread.off('message', answered);
        thread.off('error', failed);
        thread.off('exit', failed);
      };
      thread.on('message', answered);
      thread.on('error', failed);
      thread.on('exit', failed);
      thread.postMessage(request);
    });
  }
}
