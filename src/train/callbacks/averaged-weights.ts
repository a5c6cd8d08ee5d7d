import { isFloat } from '../../core/dtype.js';
import { CheckpointError } from '../../core/errors.js';
import { noGrad } from '../../tensor/grad-mode.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Callback, Training } from '../callback.js';
import type { CallbackState } from '../trainer-state.js';

/**
 * An average of a model's parameters and buffers, which is measured in the weights' place: it is what the best epoch is chosen by,
 * and what is saved as the best. What moves it is its subclasses' matter.
 */
export abstract class AveragedWeights implements Callback {
  abstract readonly stateKey: string;
  /** The model's own tensors, and their averages by the same keys. */
  private weights: ReadonlyMap<string, Tensor> = new Map();
  protected averages: ReadonlyMap<string, Tensor> = new Map();

  onFitStart({ model }: Training): void {
    this.weights = model.stateDict();
    this.averages = noGrad(
      () => new Map([...this.weights].map(([key, tensor]) => [key, tensor.clone()])),
    );
  }

  onValidationStart(): void {
    this.exchange();
  }

  onValidationEnd(): void {
    this.exchange();
  }

  abstract stateDict(): CallbackState | Promise<CallbackState>;

  abstract loadStateDict(state: CallbackState): void;

  /** a ← a + share · (θ − a); whole numbers are copied. */
  protected move(share: Tensor | number): void {
    noGrad(() => {
      this.forEachPair((average, weight) => {
        if (isFloat(weight.dtype)) average.lerp_(weight, share);
        else average.copy_(weight);
      });
    });
  }

  /** θ ← a */
  protected copyToWeights(): void {
    noGrad(() => this.forEachPair((average, weight) => weight.copy_(average)));
  }

  /** @throws CheckpointError where the averages are of another model */
  protected loadAverages(tensors: CallbackState['tensors']): void {
    noGrad(() => {
      for (const [key, average] of this.averages) {
        const saved = tensors?.get(key);
        if (saved === undefined)
          throw new CheckpointError(this.stateKey, `the checkpoint has no average of ${key}`);
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
