import { optionReader } from '../../core/options.js';
import type { Callback, Training } from '../callback.js';
import { type LintHandle, type LintOptions, lint, silence } from '../lint.js';
import type { EpochEvent } from '../metrics.js';

const readOptions = optionReader<LintsOptions>('Lints', {
  trainLoader: true,
  heldOutLoaders: true,
  off: true,
  scheduled: true,
});

export interface LintsOptions extends Omit<LintOptions, 'onWarning'> {
  /** Whether there is a schedule: one by which the rate never changes is told. @default false */
  readonly scheduled?: boolean;
}

/** `lint` for a `Trainer`: its warnings become notes. */
export class Lints implements Callback {
  private readonly options: LintsOptions;
  private handle: LintHandle | null = null;
  private training: Training | null = null;
  private readonly rates = new Set<number>();
  private epochs = 0;

  constructor(...given: [options?: LintsOptions]) {
    this.options = readOptions(given);
  }

  onFitStart(training: Training): void {
    const { scheduled: _, ...options } = this.options;
    this.training = training;
    this.handle = lint(training.model, training.optimizer, {
      ...options,
      onWarning: ({ text }) => training.note(text),
    });
  }

  onEpoch({ lr }: EpochEvent): void {
    this.rates.add(lr);
    this.epochs++;
  }

  onEnd(): void {
    this.handle?.stop();
    const { scheduled = false, off = [] } = this.options;
    if (
      scheduled &&
      !off.includes('constant-schedule') &&
      this.epochs >= 3 &&
      this.rates.size === 1
    )
      this.training?.note(
        `the schedule has not changed the learning rate in ${this.epochs} epochs: it is made for more of them, or never stepped ${silence('constant-schedule')}`,
      );
  }

  onFail(): void {
    this.handle?.stop();
  }
}
