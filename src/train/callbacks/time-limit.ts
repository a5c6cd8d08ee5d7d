import { ValueError } from '../../core/errors.js';
import type { Callback, Training } from '../callback.js';
import { formatDuration } from '../progress.js';
import type { CallbackState } from '../trainer-state.js';

/**
 * Ends a training after so many seconds, those before a resume included: the epoch that is going on ends with the step,
 * is measured and counts.
 */
export class TimeLimit implements Callback {
  readonly stateKey = 'TimeLimit';
  private training: Training | null = null;
  private startedAt = 0;
  private usedMs = 0;

  constructor(
    readonly seconds: number,
    /** In milliseconds. */
    private readonly now: () => number = () => performance.now(),
  ) {
    if (!(seconds > 0)) throw new ValueError('TimeLimit', `seconds=${seconds} must be > 0`);
  }

  onFitStart(training: Training): void {
    this.training = training;
    this.startedAt = this.now();
  }

  onStep(): void {
    if (this.elapsedMs() >= 1000 * this.seconds)
      this.training?.stop(`the time of ${formatDuration(1000 * this.seconds)} is over`);
  }

  onEpoch(): void {
    this.onStep();
  }

  stateDict(): CallbackState {
    return { data: { usedMs: this.elapsedMs() } };
  }

  loadStateDict({ data }: CallbackState): void {
    const { usedMs } = data as { usedMs: number }; // as `stateDict` wrote it
    this.usedMs = Math.max(usedMs, this.elapsedMs()); // going back gives no time back
    this.startedAt = this.now();
  }

  private elapsedMs(): number {
    return this.usedMs + this.now() - this.startedAt;
  }
}
