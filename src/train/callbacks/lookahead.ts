import { compile } from '../../compile/compile.js';
import { ValueError } from '../../core/errors.js';
import { optionReader, requireWhole } from '../../core/options.js';
import { tensor } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Training } from '../callback.js';
import type { CallbackState } from '../trainer-state.js';
import { AveragedWeights } from './averaged-weights.js';

export interface LookaheadOptions {
  /** Optimizer steps from one return to the average to the next, ≥ 1: k in the paper. @default 5 */
  everySteps?: number;
  /** How much of itself the average keeps at each, 0–1: 1 − α in the paper. @default 0.5 */
  decay?: number;
  /**
   * Keeps `decay` · (t / `totalSteps`)^`power` at step t instead: nearly nothing at first, `decay` in the end. airbench94 has 3.
   * 0 keeps `decay` all the time. @default 0
   */
  power?: number;
  /** Optimizer steps of the whole training; needed where there is a `power`. A resumed training keeps the number that it began with. */
  totalSteps?: number;
}

const readOptions = optionReader<LookaheadOptions>('Lookahead', {
  everySteps: true,
  decay: true,
  power: true,
  totalSteps: true,
});

/**
 * Lookahead (Zhang et al., 2019, https://arxiv.org/abs/1907.08610): every few steps an average of parameters and buffers moves
 * towards the weights (a ← d · a + (1 − d) · θ; whole numbers are copied), and the weights go back to it (θ ← a). As soon as it has
 * moved, the average is what is measured, what the best epoch is chosen by, and what is saved as the best.
 *
 * @example
 * const callbacks = [new train.Lookahead({ everySteps: 6 })];
 */
export class Lookahead extends AveragedWeights {
  readonly stateKey = 'Lookahead';
  readonly trains = true;
  private readonly everySteps: number;
  private readonly decay: number;
  private readonly power: number;
  private totalSteps: number;
  /** Optimizer steps so far. */
  private steps = 0;
  private goBack: (share: Tensor) => unknown = () => undefined;

  constructor(...given: [options?: LookaheadOptions]) {
    super();
    const { everySteps = 5, decay = 0.5, power = 0, totalSteps } = readOptions(given);
    requireWhole('Lookahead', { everySteps });
    if (!(decay >= 0 && decay <= 1))
      throw new ValueError('Lookahead', `decay=${decay} must be from 0 to 1`);
    if (!(power >= 0)) throw new ValueError('Lookahead', `power=${power} must be ≥ 0`);
    if (power > 0 && totalSteps === undefined)
      throw new ValueError(
        'Lookahead',
        `power=${power} needs to know how long the training is; pass totalSteps`,
      );
    if (totalSteps !== undefined && !(totalSteps > 0))
      throw new ValueError('Lookahead', `totalSteps=${totalSteps} must be > 0`);
    this.everySteps = everySteps;
    this.decay = decay;
    this.power = power;
    this.totalSteps = totalSteps ?? 1;
  }

  override onFitStart(training: Training): void {
    super.onFitStart(training);
    this.steps = 0;
    this.goBack = compile((share: Tensor) => {
      this.move(share);
      this.copyToWeights();
      return undefined;
    });
  }

  onUpdate(): void {
    if (++this.steps % this.everySteps !== 0) return;
    const over = Math.min(1, this.steps / this.totalSteps);
    this.goBack(tensor(1 - this.decay * (this.power === 0 ? 1 : over ** this.power)));
  }

  override onValidationStart(): void {
    if (this.steps >= this.everySteps) super.onValidationStart();
  }

  override onValidationEnd(): void {
    if (this.steps >= this.everySteps) super.onValidationEnd();
  }

  stateDict(): CallbackState {
    return { tensors: this.averages, data: { steps: this.steps, totalSteps: this.totalSteps } };
  }

  /** @throws CheckpointError where the averages are of another model */
  loadStateDict({ tensors, data }: CallbackState): void {
    const { steps, totalSteps } = data as { steps: number; totalSteps: number }; // as `stateDict` wrote it
    this.loadAverages(tensors);
    this.steps = steps;
    this.totalSteps = totalSteps;
  }
}
