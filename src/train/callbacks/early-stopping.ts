import { ValueError } from '../../core/errors.js';
import { optionReader, requireOneOf, requireWhole } from '../../core/options.js';
import type { Callback, Training } from '../callback.js';
import type { EpochEvent } from '../metrics.js';
import type { CallbackState } from '../trainer-state.js';

export interface EarlyStoppingOptions {
  /** What is watched, on the set that epochs are judged by. @default 'loss' */
  monitor?: 'loss' | 'accuracy' | 'balancedAccuracy';
  /** Epochs without improvement after which the training ends. @default 3 */
  patience?: number;
  /** Least change that counts as improvement. @default 0 */
  minDelta?: number;
  /** Ends the training at once where what is watched is worse than this. @default never */
  divergenceThreshold?: number;
}

const readOptions = optionReader<EarlyStoppingOptions>('EarlyStopping', {
  monitor: true,
  patience: true,
  minDelta: true,
  divergenceThreshold: true,
});

/** Ends a training that no longer gets better, or that has diverged; Lightning's words and rules. */
export class EarlyStopping implements Callback {
  readonly stateKey = 'EarlyStopping';
  private readonly options: EarlyStoppingOptions &
    Required<Pick<EarlyStoppingOptions, 'monitor' | 'patience' | 'minDelta'>>;
  private training: Training | null = null;
  private best: number | null = null;
  private waited = 0;

  constructor(...given: [options?: EarlyStoppingOptions]) {
    const options = readOptions(given);
    const { monitor = 'loss', patience = 3, minDelta = 0 } = options;
    requireOneOf('EarlyStopping', 'monitor', monitor, ['loss', 'accuracy', 'balancedAccuracy']);
    requireWhole('EarlyStopping', { patience });
    if (!(minDelta >= 0)) throw new ValueError('EarlyStopping', `minDelta=${minDelta} must be ≥ 0`);
    this.options = { ...options, monitor, patience, minDelta };
  }

  onFitStart(training: Training): void {
    this.training = training;
  }

  onEpoch({ heldOut, split }: EpochEvent): void {
    const { monitor, patience, minDelta, divergenceThreshold } = this.options;
    const value = heldOut[monitor];
    const isWorse = (than: number) => (monitor === 'loss' ? value > than : value < than);
    if (divergenceThreshold !== undefined && isWorse(divergenceThreshold)) {
      this.stop(`the ${split} ${monitor} ${short(value)} is past ${divergenceThreshold}: diverged`);
      return;
    }
    const gain =
      this.best === null ? Infinity : monitor === 'loss' ? this.best - value : value - this.best;
    if (gain > minDelta) {
      this.best = value;
      this.waited = 0;
    } else if (++this.waited >= patience) {
      const epochs = patience === 1 ? '1 epoch' : `${patience} epochs`;
      this.stop(
        `the ${split} ${monitor} has not been better than ${short(this.best)} for ${epochs}`,
      );
    }
  }

  stateDict(): CallbackState {
    return { data: { best: this.best, waited: this.waited } };
  }

  loadStateDict({ data }: CallbackState): void {
    const { best, waited } = data as { best: number | null; waited: number }; // as `stateDict` wrote it
    this.best = best;
    this.waited = waited;
  }

  private stop(reason: string): void {
    this.training?.stop(reason);
  }
}

function short(value: number | null): string {
  return value === null ? '–' : String(Number(value.toPrecision(4)));
}
