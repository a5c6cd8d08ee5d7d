import { openImageSplits } from '../vision/datasets/image-splits.js';
import { fileOptions } from './file-options.js';
import type { SeededRequest, TaskTransforms } from './recipe.js';
import { limited, type TaskData } from './task.js';

/** The pictures of a folder, in whichever way it is laid out, as a task's data; with `plain`, those of training as they are too. */
export async function openSplits(
  root: string,
  { trainTransform, evalTransform }: TaskTransforms,
  request: SeededRequest,
  plain = false,
): Promise<TaskData> {
  const { limit, seed } = request;
  const options = {
    ...fileOptions(request, trainTransform),
    trainTransform,
    testTransform: evalTransform,
    seed,
  };
  const { train, val, test, classes, sources, notes } = await openImageSplits(root, options);
  const asTested = plain
    ? await openImageSplits(root, { ...options, trainTransform: options.testTransform })
    : null;
  return {
    train: limited(train, limit, seed),
    plainTrain: asTested && limited(asTested.train, limit, seed),
    val: val && limited(val, limit, seed),
    test: limited(test, limit, seed),
    classes,
    pictures: sources,
    notes,
  };
}
