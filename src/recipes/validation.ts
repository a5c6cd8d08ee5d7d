/** A validation part that is drawn from the training part: `--val-split 0.1`. */
import { ValueError } from '../core/errors.js';
import type { Dataset } from '../data/dataset.js';
import { randomSplit } from '../data/split.js';
import { Subset } from '../data/subset.js';
import type { ImageTransform } from '../vision/datasets/image-transform.js';
import type { Task } from './recipe.js';

/** The task with `share` of each class of its training part held out, made into inputs as the test part is. */
export function holdOut(task: Task, share: number, seed: number): Task {
  const { name, train, plainTrain, val, test, evalTransform } = task;
  if (share === 0) return task;
  if (val !== null)
    throw new ValueError(
      name,
      `valSplit=${share}, but it has a validation part of ${val.length} pictures; leave it out`,
    );
  const parts = (dataset: Dataset) =>
    randomSplit(dataset, [1 - share, share], { seed, stratify: dataset.targets !== undefined });
  const [kept] = parts(train);
  const [, held] = parts(withTransform(train, transformOf(test) ?? evalTransform));
  if (kept === undefined || held === undefined || held.length === 0)
    throw new ValueError(
      name,
      `valSplit=${share} of ${train.length} training pictures leaves none to choose by; raise it`,
    );
  const [plainKept = null] = plainTrain === null ? [] : parts(plainTrain);
  return { ...task, train: kept, plainTrain: plainKept, val: held };
}

/** A data set of pictures, or a part of one, that can be seen through another transform. */
interface Transformable extends Dataset {
  readonly transform: ImageTransform;
  withTransform(transform: ImageTransform): Dataset;
}

function isTransformable(dataset: Dataset): dataset is Transformable {
  return 'withTransform' in dataset && 'transform' in dataset;
}

/** What makes samples of its pictures; null for a data set of the user's own. */
export function transformOf(dataset: Dataset): ImageTransform | null {
  if (dataset instanceof Subset) return transformOf(dataset.dataset);
  return isTransformable(dataset) ? dataset.transform : null;
}

/** The data set, or the part of one, seen through another transform, where it can be. */
export function withTransform(dataset: Dataset, transform: ImageTransform): Dataset {
  if (dataset instanceof Subset)
    return new Subset(withTransform(dataset.dataset, transform), dataset.indices);
  if (isTransformable(dataset)) return dataset.withTransform(transform);
  return dataset; // a data set of the user's own, whose samples are what they are
}
