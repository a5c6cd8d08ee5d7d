import { ValueError } from '../core/errors.js';
import { optionReader, requireWhole } from '../core/options.js';
import type { Task } from '../recipes/recipe.js';
import type { Settings } from '../recipes/settings/schema.js';
import { requireFiniteLoss } from '../train/require-finite.js';
import { rehearse } from './rehearsal.js';

export interface OverfitOptions {
  /** Steps after which it is given up. @default 500 */
  readonly steps?: number;
  readonly onStep?: (step: number, loss: number) => void;
  /** Ends it after the step that is being made. */
  readonly signal?: AbortSignal;
}

export interface Overfit {
  readonly samples: number;
  readonly steps: number;
  readonly firstLoss: number;
  readonly lastLoss: number;
  /** Whether the loss came down to a hundredth of what it was at first. */
  readonly reached: boolean;
}

const readOptions = optionReader<OverfitOptions>('overfitBatch', {
  steps: true,
  onStep: true,
  signal: true,
});

/** Steps between two looks at the loss without dropout. */
const lookEvery = 10;

/**
 * Trains on one batch, again and again, without what keeps the loss up on purpose (label smoothing, mixing), until its loss is
 * a hundredth of what it was: a network that cannot learn one batch by heart will learn nothing from many.
 *
 * @example const { reached } = await runs.overfitBatch(task, runs.resolveSettings(task.defaults));
 */
export async function overfitBatch(
  task: Task,
  settings: Settings,
  ...given: [options?: OverfitOptions]
): Promise<Overfit> {
  const { steps: most = 500, onStep, signal } = readOptions(given);
  requireWhole('overfitBatch', { steps: most });
  const plain = {
    ...settings,
    ...{ mixup: null, cutmix: null, accumulate: 1 },
    loss: { ...settings.loss, labelSmoothing: 0 },
  };
  return await rehearse(task, plain, async ({ model, steps, train }) => {
    for await (const [images, labels] of train) {
      const samples = images.size(0);
      const batch = [images.clone(), labels.clone()] as const; // the loader's memory is used again
      let [firstLoss, lastLoss] = [Number.NaN, Number.NaN];
      for (let step = 1; step <= most; step++) {
        model.train();
        lastLoss = await steps.train(...batch).loss.itemAsync();
        requireFiniteLoss(
          lastLoss,
          { epoch: 1, batch: 1, split: 'train' },
          1,
          settings.optimizer.lr,
        );
        if (step === 1) firstLoss = lastLoss;
        onStep?.(step, lastLoss);
        if (step % lookEvery === 0 && lastLoss > firstLoss / 100) {
          model.eval();
          lastLoss = Math.min(lastLoss, await steps.heldOut(...batch).loss.itemAsync());
        }
        const reached = step > 1 && lastLoss <= firstLoss / 100;
        if (reached || signal?.aborted || step === most)
          return { samples, steps: step, firstLoss, lastLoss, reached };
      }
    }
    throw new ValueError(
      'overfitBatch',
      'the training loader gave no batch; is the data set empty?',
    );
  });
}
