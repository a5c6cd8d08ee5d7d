/** What a training is judged by: its loss, and what the best epoch is chosen by. */
import { ValueError } from '../core/errors.js';
import { crossEntropy } from '../nn/functional.js';
import type { Task } from '../recipes/recipe.js';
import type { Settings } from '../recipes/settings/schema.js';
import { tensor } from '../tensor/creation.js';
import type { Tensor } from '../tensor/tensor.js';
import { softBce } from '../train/soft-bce.js';
import type { TrainerOptions } from '../train/trainer-options.js';
import { classCounts, classWeightsOf } from './class-weights.js';
import type { MeasuredBy } from './run-config.js';

type Loss = (logits: Tensor, labels: Tensor) => Tensor;

/** The loss that is trained by, and what the best epoch is chosen by. */
export function judged(
  { name, train, classes, code }: Pick<Task, 'name' | 'train' | 'classes' | 'code'>,
  settings: Pick<Settings, 'bestBy' | 'loss'>,
): Pick<TrainerOptions, 'loss' | 'heldOutLoss' | 'bestBy'> {
  const { labelSmoothing, classWeights, targetThreshold, sumClasses } = settings.loss;
  const bestBy = judgedBy(settings);
  if (code?.loss) {
    if (settings.loss.name !== 'crossEntropy' || labelSmoothing !== 0 || classWeights !== null)
      throw new ValueError(
        name,
        'settings of the loss are given, but the recipe has a loss of its own; leave them out, or do it there',
      );
    return { loss: code.loss, bestBy };
  }
  const weight =
    classWeights && tensor(classWeightsOf(classCounts(train, classes.length), classWeights.power));
  const bce = { labelSmoothing, targetThreshold, sumClasses, weight };
  return {
    loss:
      settings.loss.name === 'bce'
        ? (logits, labels) => softBce(logits, labels, bce)
        : (logits, labels) => crossEntropy(logits, labels, { weight, labelSmoothing }),
    heldOutLoss: measuredBy(settings.loss),
    bestBy,
  };
}

/** The loss of what is not trained on: without smoothing and weights. */
export function measuredBy({ name, sumClasses }: MeasuredBy): Loss {
  const plain = { labelSmoothing: 0, targetThreshold: null, sumClasses, weight: null };
  return name === 'bce'
    ? (logits, labels) => softBce(logits, labels, plain)
    : (logits, labels) => crossEntropy(logits, labels);
}

/** What epochs are judged by. */
export function judgedBy({
  bestBy,
  loss,
}: Pick<Settings, 'bestBy' | 'loss'>): NonNullable<Settings['bestBy']> {
  return bestBy ?? (loss.classWeights === null ? 'accuracy' : 'balancedAccuracy');
}
