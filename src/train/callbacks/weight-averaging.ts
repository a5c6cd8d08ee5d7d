import { compile } from '../../compile/compile.js';
import { isFloat } from '../../core/dtype.js';
import { CheckpointError, ValueError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import { noGrad } from '../../tensor/grad-mode.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Callback, Training } from '../callback.js';
import type { CallbackState } from '../trainer-state.js';

export interface WeightAveragingOptions {
  /** How much of the average each step keeps, 0–1. @default 0.999 */
  decay?: number;
}

const readOptions = optionReader<WeightAveragingOptions>('WeightAveraging', { decay: true });

/**
 * Keeps an exponential moving average of parameters and buffers (a ← decay · a + (1 − decay) · θ after each step; whole
 * numbers are copied), and has it measured in the weights' place: it is what the best epoch is chosen by, and what is
 * saved as the best. Training goes on with its own weights. As timm's ModelEmaV3 and Lightning's EMAWeightAveraging.
 */
export class WeightAveraging implements Callback {
  readonly stateKey = 'WeightAveraging';
  readonly decay: number;
  private update: () => unknown = () => undefined;
  /** The model's own tensors, and their averages by the same keys. */
  private weights: ReadonlyMap<string, Tensor> = new Map();
  private averages: ReadonlyMap<string, Tensor> = new Map();

  constructor(...given: [options?: WeightAveragingOptions]) {
    const { decay = 0.999 } = readOptions(given);
    if (!(decay >= 0 && decay < 1))
      throw new ValueError('WeightAveraging', `decay=${decay} must be from 0 to below 1`);
    this.decay = decay;
  }

  onFitStart({ model }: Training): void {
    this.weights = model.stateDict();
    this.averages = copyOf(this.weights);
    this.update = compile(() => {
      noGrad(() => {
        this.forEachPair((average, weight) => {
          if (isFloat(weight.dtype)) average.lerp_(weight, 1 - this.decay);
          else average.copy_(weight);
        });
      });
      return undefined;
    });
  }

  onStep(): void {
    this.update();
  }

  onValidationStart(): void {
    this.exchange();
  }

  onValidationEnd(): void {
    this.exchange();
  }

  stateDict(): CallbackState {
    return { tensors: this.averages };
  }

  /** @throws CheckpointError where the averages are of another model */
  loadStateDict({ tensors }: CallbackState): void {
    noGrad(() => {
      for (const [key, average] of this.averages) {
        const saved = tensors?.get(key);
        if (saved === undefined)
          throw new CheckpointError('WeightAveraging', `the checkpoint has no average of ${key}`);
        average.copy_(saved);
      }
    });
  }

  private exchange(): void {
    noGrad(() => {
      this.forEachPair((average, weight) => {
        const before = weight.clone();
        weight.copy_(average);
        average.copy_(before);
      });
    });
  }

  private forEachPair(visit: (average: Tensor, weight: Tensor) => void): void {
    for (const [key, average] of this.averages) {
      const weight = this.weights.get(key);
      if (weight !== undefined) visit(average, weight);
    }
  }
}

function copyOf(tensors: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
  return noGrad(() => new Map([...tensors].map(([key, tensor]) => [key, tensor.clone()])));
}
