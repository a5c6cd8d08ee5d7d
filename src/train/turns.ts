import { nextTurn } from '../core/next-turn.js';

/** How long steps may run before timers, signals and workers get a turn. */
const turnMs = 30;

/** Steps are synchronous; this lets timers, signals and workers have their turn between them. */
export class Turns {
  private lastAt = 0;

  /** Gives a turn where one is due. */
  async give(): Promise<void> {
    if (performance.now() - this.lastAt < turnMs) return;
    await nextTurn();
    this.lastAt = performance.now();
  }
}
