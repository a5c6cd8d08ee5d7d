import { ValueError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import type { Callback, Training } from '../callback.js';
import type { StepEvent } from '../metrics.js';
import type { CallbackState } from '../trainer-state.js';

export interface LossSpikesOptions {
  /** A loss is a spike where it is above the mean of the steps before it by so many standard deviations. @default 8 */
  deviations?: number;
  /** How much of the running mean and variance each step keeps, 0–1. @default 0.98 */
  decay?: number;
}

const readOptions = optionReader<LossSpikesOptions>('LossSpikes', {
  deviations: true,
  decay: true,
});

/** Steps that are seen before any is judged. */
const warmUp = 50;

/** Spikes that are told by a line each; of more there is no use. */
const told = 5;

/** Notes steps whose loss jumps: a learning rate that is too high, or a batch to look at. */
export class LossSpikes implements Callback {
  readonly stateKey = 'LossSpikes';
  private readonly deviations: number;
  private readonly decay: number;
  private training: Training | null = null;
  private seen = { steps: 0, mean: 0, variance: 0, spikes: 0 };

  constructor(...given: [options?: LossSpikesOptions]) {
    const { deviations = 8, decay = 0.98 } = readOptions(given);
    if (!(deviations > 0))
      throw new ValueError('LossSpikes', `deviations=${deviations} must be > 0`);
    if (!(decay >= 0 && decay < 1))
      throw new ValueError('LossSpikes', `decay=${decay} must be from 0 to below 1`);
    this.deviations = deviations;
    this.decay = decay;
  }

  onFitStart(training: Training): void {
    this.training = training;
  }

  onStep({ epoch, step, loss }: StepEvent): void {
    const { steps, mean, variance, spikes } = this.seen;
    const over = loss - mean;
    const isSpike = steps >= warmUp && over > this.deviations * Math.sqrt(variance);
    if (isSpike && spikes < told)
      this.training?.note(
        `the loss jumped to ${short(loss)} at epoch ${epoch}, batch ${step} (mean before: ${short(mean)})` +
          `${spikes + 1 === told ? '; further jumps are not told' : ''}`,
      );
    // Means of few steps weigh all alike. West (1979): incremental mean and variance.
    const share = Math.max(1 - this.decay, 1 / (steps + 1));
    this.seen = {
      steps: steps + 1,
      mean: mean + share * over,
      variance: (1 - share) * (variance + share * over ** 2),
      spikes: spikes + (isSpike ? 1 : 0),
    };
  }

  stateDict(): CallbackState {
    return { data: this.seen };
  }

  loadStateDict({ data }: CallbackState): void {
    this.seen = data as typeof this.seen; // as `stateDict` wrote it
  }
}

function short(loss: number): string {
  return String(Number(loss.toPrecision(4)));
}
