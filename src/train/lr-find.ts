/** A range test of learning rates: steps whose rate grows until the loss diverges, and what the curve suggests. */
import { ValueError } from '../core/errors.js';
import { optionReader, requireWhole } from '../core/options.js';
import type { OptimizerState } from '../optim/optimizer-state.js';
import { noGrad } from '../tensor/grad-mode.js';
import { copyWeights } from './copy-weights.js';
import { type RateCurve, type RateSuggestions, suggestRates } from './lr-suggestions.js';
import { makeSteps } from './steps.js';
import type { TrainerOptions } from './trainer-options.js';

export interface LrFindOptions
  extends Pick<
    TrainerOptions,
    'model' | 'optimizer' | 'trainLoader' | 'loss' | 'compile' | 'precision' | 'signal'
  > {
  /** @default 1e-7 */
  readonly startLr?: number;
  /** @default 10 */
  readonly endLr?: number;
  /** Steps from one to the other. @default 100 */
  readonly steps?: number;
}

const readOptions = optionReader<LrFindOptions>('lrFind', {
  model: true,
  optimizer: true,
  trainLoader: true,
  loss: true,
  compile: true,
  precision: true,
  signal: true,
  startLr: true,
  endLr: true,
  steps: true,
});

export interface LrFinding extends RateCurve {
  /** null where a curve of fewer than 10 steps says nothing. */
  readonly suggestions: RateSuggestions | null;
}

/** How much of the mean loss each step keeps. */
const kept = 0.98;

/**
 * Trains for some steps whose learning rate grows by the same factor each time (Smith, 2017, https://arxiv.org/abs/1506.01186),
 * until the smoothed loss is four times its best or not finite; then weights and optimizer are as they were. Smoothing, end
 * and suggestions are fastai's `lr_find`.
 *
 * @example const { suggestions } = await train.lrFind({ model, optimizer, trainLoader });
 */
export async function lrFind(...given: [options: LrFindOptions]): Promise<LrFinding> {
  const { startLr = 1e-7, endLr = 10, steps = 100, signal, ...parts } = readOptions(given);
  if (!(startLr > 0 && endLr > startLr))
    throw new ValueError('lrFind', `startLr=${startLr} must be above 0 and below endLr=${endLr}`);
  requireWhole('lrFind', { steps }, 2);
  const { model, optimizer, trainLoader } = parts;
  const { train } = makeSteps({ ...parts, testLoader: trainLoader, epochs: 1 });
  const weights = copyWeights(model);
  const state = copyOf(optimizer.stateDict());
  const lrs: number[] = [];
  const losses: number[] = [];
  let mean = 0;
  let best = Number.POSITIVE_INFINITY;
  model.train();
  try {
    while (lrs.length < steps) {
      let batches = 0;
      for await (const [images, labels] of trainLoader) {
        batches++;
        const lr = startLr * (endLr / startLr) ** (lrs.length / (steps - 1));
        optimizer.lr = lr;
        mean = kept * mean + (1 - kept) * (await train(images, labels).loss.itemAsync());
        const smooth = mean / (1 - kept ** (lrs.length + 1));
        if (!Number.isFinite(smooth)) return found(lrs, losses);
        lrs.push(lr);
        losses.push(smooth);
        best = Math.min(best, smooth);
        if (smooth > 4 * best || lrs.length >= steps || signal?.aborted) return found(lrs, losses);
      }
      if (batches === 0)
        throw new ValueError('lrFind', 'the training loader gave no batch; is the data set empty?');
    }
    return found(lrs, losses);
  } finally {
    model.loadStateDict(weights);
    optimizer.loadStateDict(state);
    optimizer.zeroGrad();
  }
}

function copyOf({ state, paramGroups }: OptimizerState): OptimizerState {
  const copies = Object.entries(state).map(([param, tensors]) => [
    param,
    Object.fromEntries(Object.entries(tensors).map(([key, tensor]) => [key, tensor.clone()])),
  ]);
  return noGrad(() => ({ paramGroups, state: Object.fromEntries(copies) }));
}

function found(lrs: readonly number[], losses: readonly number[]): LrFinding {
  return { lrs, losses, suggestions: suggestRates(lrs, losses) };
}
