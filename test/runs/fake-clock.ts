import type { Clock } from '../../src/runs/pictures/drawing-pace.js';

/** A clock that goes on when it is told to. */
export class FakeClock implements Clock {
  private at = 0;
  private waiting: { readonly until: number; readonly wake: () => void }[] = [];

  now(): number {
    return this.at;
  }

  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((wake) => {
      this.waiting.push({ until: this.at + ms, wake });
      signal.addEventListener('abort', () => wake());
    });
  }

  pass(ms: number): void {
    this.at += ms;
    for (const { until, wake } of this.waiting) if (until <= this.at) wake();
    this.waiting = this.waiting.filter(({ until }) => until > this.at);
  }
}
