import { optionReader } from '../../core/options.js';
import type { Callback, Training } from '../callback.js';
import { type LintHandle, type LintOptions, lint, silence } from '../lint.js';
import { deadLayers, OutputRange } from '../lint-outputs.js';
import type { LintRule } from '../lint-rules.js';
import type { EpochEvent, MeasureEvent } from '../metrics.js';

const readOptions = optionReader<LintsOptions>('Lints', {
  trainLoader: true,
  heldOutLoaders: true,
  off: true,
  scheduled: true,
});

export interface LintsOptions extends Omit<LintOptions, 'onWarning'> {
  /** Whether there is a schedule that ought to change the rate in every training: where it never does, that is told. @default false */
  readonly scheduled?: boolean;
}

/** `lint` for a `Trainer`: its warnings become notes. */
export class Lints implements Callback {
  private readonly options: LintsOptions;
  private handle: LintHandle | null = null;
  private training: Training | null = null;
  private readonly rates = new Set<number>();
  private epochs = 0;
  private readonly range = new OutputRange();
  private readonly told = new Set<LintRule>();

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

  /** Layers are looked at in epochs 1, 2, 4, 8, …: a forward pass of a few pictures each. */
  async onMeasure({ epoch, batch, images, logits }: MeasureEvent): Promise<void> {
    if (this.looksFor('constant-output')) this.range.update(logits);
    if (batch !== 1 || (epoch & (epoch - 1)) !== 0 || !this.looksFor('dead-relu')) return;
    if (this.training !== null)
      this.tell('dead-relu', await deadLayers(this.training.model, images));
  }

  onEpoch({ lr }: EpochEvent): void {
    this.rates.add(lr);
    this.epochs++;
    if (this.looksFor('constant-output')) this.tell('constant-output', this.range.take());
  }

  private looksFor(rule: LintRule): boolean {
    return !this.told.has(rule) && !(this.options.off ?? []).includes(rule);
  }

  private tell(rule: LintRule, found: string | null): void {
    if (found === null) return;
    this.told.add(rule);
    this.training?.note(`${found} ${silence(rule)}`);
  }

  onEnd(): void {
    this.handle?.stop();
    const { scheduled = false } = this.options;
    if (
      scheduled &&
      this.looksFor('constant-schedule') &&
      this.epochs >= 3 &&
      this.rates.size === 1
    )
      this.tell(
        'constant-schedule',
        `the schedule has not changed the learning rate in ${this.epochs} epochs: it is made for more of them, or never stepped`,
      );
  }

  onFail(): void {
    this.handle?.stop();
  }
}
