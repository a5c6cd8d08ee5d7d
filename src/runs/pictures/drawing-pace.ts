import { setTimeout as sleep } from 'node:timers/promises';

/** What tells the time and waits, in milliseconds. */
export interface Clock {
  now(): number;
  /** Ends at once when the signal does. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

const systemClock: Clock = {
  now: () => performance.now(),
  wait: (ms, signal) => sleep(ms, undefined, { signal, ref: false }).catch(() => {}),
};

/** A drawing is not begun before so many times what the last one cost have passed since it ended. */
const pause = 50;

/** What a first drawing costs, which loads what draws. */
const firstCostMs = 1000;

/**
 * When a run is drawn while it trains: pictures make a training at most 2 % longer, however short its epochs are and
 * however much there is to draw. A short training is drawn at its end alone, and no thread is started for it.
 */
export class DrawingPace {
  private dueAt: number;

  constructor(private readonly clock: Clock = systemClock) {
    this.dueAt = clock.now() + pause * firstCostMs;
  }

  /** Waits until a drawing may begin. */
  async turn(signal: AbortSignal): Promise<void> {
    const ms = this.dueAt - this.clock.now();
    if (ms > 0) await this.clock.wait(ms, signal);
  }

  /** A drawing has ended that cost so much; one that failed is not tried again sooner than a first one. */
  ended(costMs = firstCostMs): void {
    this.dueAt = this.clock.now() + pause * costMs;
  }
}
