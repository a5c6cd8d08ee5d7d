/** What a training is judged by: its loss, and what the best epoch is chosen by. */
import { ValueError } from '../core/errors.js';
import { crossEntropy } from '../nn/functional.js';
import type { Task } from '../recipes/recipe.js';
import type { Settings } from '../recipes/settings/schema.js';
import { tensor } from '../tensor/creation.js';
import type { TrainerOptions } from '../train/trainer-options.js';
import { classCounts, classWeightsOf } from './class-weights.js';

/** The loss that is trained by, and what the best epoch is chosen by. */
export function judged(
  { name, train, classes, code }: Task,
  settings: Settings,
): Pick<TrainerOptions, 'loss' | 'heldOutLoss' | 'bestBy'> {
  const { labelSmoothing, classWeights } = settings.loss;
  if (code?.loss) {
    if (labelSmoothing !== 0 || classWeights !== null)
      throw new ValueError(
        name,
        'labelSmoothing or classWeights are given, but the recipe has a loss of its own; leave them out, or do it there',
      );
    return { loss: code.loss, bestBy: judgedBy(settings) };
  }
  const weight =
    classWeights && tensor(classWeightsOf(classCounts(train, classes.length), classWeights.power));
  return {
    loss: (logits, labels) => crossEntropy(logits, labels, { weight, labelSmoothing }),
    heldOutLoss: (logits, labels) => crossEntropy(logits, labels), // as `wick evaluate` measures it
    bestBy: judgedBy(settings),
  };
}

/** What epochs are judged by. */
export function judgedBy({
  bestBy,
  loss,
}: Pick<Settings, 'bestBy' | 'loss'>): NonNullable<Settings['bestBy']> {
  return bestBy ?? (loss.classWeights === null ? 'accuracy' : 'balancedAccuracy');
}
