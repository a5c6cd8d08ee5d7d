/** What a training measures: the set that its epochs are judged by, and in the end the best one's weights on the test set. */
import { internalError } from '../core/errors.js';
import { copyWeights } from './copy-weights.js';
import { isBetter } from './is-better.js';
import { measure } from './measure.js';
import type { EpochEvent, HeldOutScores, HeldOutSplit } from './metrics.js';
import type { Position } from './position.js';
import { requireFiniteLoss } from './require-finite.js';
import type { LoaderStates } from './resuming.js';
import type { Steps } from './steps.js';
import type { Batches, TrainerOptions } from './trainer-options.js';
import type { Turns } from './turns.js';

export class HeldOut {
  constructor(
    private readonly options: TrainerOptions,
    private readonly step: Steps['heldOut'],
    private readonly turns: Turns,
    private readonly isInterrupted: () => boolean,
  ) {}

  /** Scores of the model on all batches of a loader, in evaluation mode. */
  async evaluate(loader: Batches): Promise<HeldOutScores> {
    this.options.model.eval();
    const scores = await measure(loader, this.step, async () => {
      await this.turns.give();
      return true;
    });
    if (scores === null) throw internalError('a measurement ended by itself');
    return scores;
  }

  /** Measures the set that epochs are judged by, and keeps the weights where they are the best; null when a signal stopped it midway. */
  async validate(
    at: Position,
    loaders: LoaderStates,
  ): Promise<Pick<EpochEvent, 'split' | 'heldOut' | 'best'> | null> {
    const { model, valLoader, testLoader, bestBy, callbacks = [] } = this.options;
    const split = valLoader === undefined ? 'test' : 'val';
    const validation = { epoch: at.epoch, split } as const;
    for (const callback of callbacks) await callback.onValidationStart?.(validation);
    try {
      const heldOut = await this.measureSplit(at.epoch, split, valLoader ?? testLoader, loaders);
      if (heldOut === null) return null;
      const best = isBetter(heldOut, at.best?.heldOut, bestBy);
      if (best) at.bestWeights = copyWeights(model);
      return { split, heldOut, best };
    } finally {
      for (const callback of callbacks) await callback.onValidationEnd?.(validation);
    }
  }

  /** The test scores of the best epoch: those that chose it, or of its weights where a validation set did. */
  async testBest(
    { best, bestWeights }: Position,
    loaders: LoaderStates,
  ): Promise<HeldOutScores | null> {
    const { model, valLoader, testLoader } = this.options;
    if (best === null || this.isInterrupted()) return null;
    if (valLoader === undefined || bestWeights === null) return best.heldOut;
    const lastWeights = copyWeights(model);
    model.loadStateDict(bestWeights);
    try {
      return await this.measureSplit(best.epoch, 'test', testLoader, loaders);
    } finally {
      model.loadStateDict(lastWeights);
    }
  }

  /** Measures a set for an epoch; null when a signal stopped it midway. */
  private async measureSplit(
    epoch: number,
    split: HeldOutSplit,
    loader: Batches,
    { [split]: state }: LoaderStates,
  ): Promise<HeldOutScores | null> {
    const { model, optimizer, callbacks = [] } = this.options;
    const batches = loader.length;
    if (state !== undefined) loader.loadStateDict?.({ ...state, epoch: epoch - 1, batch: 0 });
    model.eval();
    return await measure(loader, this.step, async ({ batch, loss, ...tensors }) => {
      requireFiniteLoss(loss, { epoch, batch, split }, batches, optimizer.lr);
      for (const callback of callbacks)
        await callback.onMeasure?.({ epoch, split, batch, batches, ...tensors });
      await this.turns.give();
      return !this.isInterrupted();
    });
  }
}
