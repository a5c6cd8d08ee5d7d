/** A line that knows when nothing comes back on it any more. */
import { EngineError } from '../../../core/errors.js';
import type { Line } from './line.js';

/** Answers that fail with an EngineError are of a GPU that was lost, gave up or is silent; every other error is its asker's own. */
export class WatchedLine implements Line {
  /** Whether the GPU is known to be gone. */
  ended = false;

  constructor(private readonly line: Line) {}

  get mayWait(): boolean {
    return this.line.mayWait;
  }

  readonly send: Line['send'] = (...order) => this.line.send(...order);

  readonly ask: Line['ask'] = (...question) => {
    try {
      return this.line.ask(...question);
    } catch (error) {
      throw this.noted(error);
    }
  };

  readonly askAsync: Line['askAsync'] = async (...question) => {
    try {
      return await this.line.askAsync(...question);
    } catch (error) {
      throw this.noted(error);
    }
  };

  stop(): void {
    this.ended = true;
    this.line.stop();
  }

  private noted(error: unknown): unknown {
    if (error instanceof EngineError) this.ended = true;
    return error;
  }
}
