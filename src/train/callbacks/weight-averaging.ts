import { compile } from '../../compile/compile.js';
import { ValueError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import { tensor } from '../../tensor/creation.js';
import { noGrad } from '../../tensor/grad-mode.js';
import type { Training } from '../callback.js';
import type { CallbackState } from '../trainer-state.js';
import { AveragedWeights } from './averaged-weights.js';

export interface WeightAveragingOptions {
  /** How much of the average each step keeps, 0–1. @default 0.999 */
  decay?: number;
  /**
   * Keeps less in the first steps, t of which are done: min(decay, (1 + t) / (10 + t)), as TensorFlow's
   * ExponentialMovingAverage, so that the first weights do not count for long. @default true
   */
  warmup?: boolean;
}

const readOptions = optionReader<WeightAveragingOptions>('WeightAveraging', {
  decay: true,
  warmup: true,
});

/**
 * Keeps an exponential moving average of parameters and buffers (a ← d · a + (1 − d) · θ after each step; whole numbers are
 * copied), and has it measured in the weights' place: it is what the best epoch is chosen by, and what is
 * saved as the best. Training goes on with its own weights. As timm's ModelEmaV3 and Lightning's EMAWeightAveraging.
 */
export class WeightAveraging extends AveragedWeights {
  readonly stateKey = 'WeightAveraging';
  readonly decay: number;
  private readonly warmup: boolean;
  /** Optimizer steps, `[]`: a compiled update counts them. */
  private readonly steps = tensor(0);
  private update: () => unknown = () => undefined;

  constructor(...given: [options?: WeightAveragingOptions]) {
    super();
    const { decay = 0.999, warmup = true } = readOptions(given);
    if (!(decay >= 0 && decay < 1))
      throw new ValueError('WeightAveraging', `decay=${decay} must be from 0 to below 1`);
    this.decay = decay;
    this.warmup = warmup;
  }

  override onFitStart(training: Training): void {
    super.onFitStart(training);
    this.update = compile(() => {
      noGrad(() => {
        // 1 − (1 + t) / (10 + t) = 9 / (10 + t)
        const early = this.steps.add(10).pow(-1).mul(9);
        this.move(this.warmup ? early.clamp(1 - this.decay, null) : 1 - this.decay);
        this.steps.add_(1);
      });
      return undefined;
    });
  }

  onUpdate(): void {
    this.update();
  }

  async stateDict(): Promise<CallbackState> {
    return { tensors: this.averages, data: { steps: await this.steps.itemAsync() } };
  }

  /** @throws CheckpointError where the averages are of another model */
  loadStateDict({ tensors, data }: CallbackState): void {
    const { steps } = data as { steps: number }; // as `stateDict` wrote it
    noGrad(() => this.steps.copy_(tensor(steps)));
    this.loadAverages(tensors);
  }
}
