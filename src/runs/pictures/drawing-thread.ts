import { Worker } from 'node:worker_threads';
import type { RunFolder } from '../run-folder.js';
import type { DrawReply, DrawRequest } from './draw-thread.js';
import { DrawingPace } from './drawing-pace.js';

/** What is to be drawn of a run; looked up when its turn has come. */
export type Wanted = () => Promise<Omit<DrawRequest, 'path'>>;

/**
 * Draws the charts of a run in a thread of its own, so that steps do not wait, at a pace that they do not feel. Of what
 * is wanted before its turn comes only the newest is drawn; the thread is started for the first.
 */
export class DrawingThread {
  private thread: Worker | null = null;
  private next: Wanted | null = null;
  private readonly stopping = new AbortController();
  private working: Promise<void> | null = null;

  constructor(
    private readonly run: RunFolder,
    /** Told what could not be drawn or written: that ends no training. */
    private readonly onProblem: (text: string) => void,
    private readonly pace = new DrawingPace(),
  ) {}

  draw(wanted: Wanted): void {
    this.next = wanted;
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
    this.stopping.abort();
    await this.thread?.terminate();
    await this.settled();
  }

  private async work(): Promise<void> {
    const { signal } = this.stopping;
    while (this.next !== null) {
      await this.pace.turn(signal);
      if (signal.aborted) return;
      const wanted = this.next;
      this.next = null;
      try {
        this.pace.ended(await this.drawn(wanted, signal));
      } catch (error) {
        if (signal.aborted) return;
        this.pace.ended();
        this.onProblem(error instanceof Error ? error.message : String(error));
      }
    }
  }

  /** Draws and writes; returns what it cost in milliseconds. */
  private async drawn(wanted: Wanted, signal: AbortSignal): Promise<number> {
    const begun = performance.now();
    const request = { ...(await wanted()), path: this.run.path };
    const lookedUpMs = performance.now() - begun;
    if (signal.aborted) return lookedUpMs;
    const reply = await this.ask(request);
    if ('problem' in reply) this.onProblem(reply.problem);
    else await this.run.writeFiles(reply.files);
    return lookedUpMs + reply.costMs;
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
