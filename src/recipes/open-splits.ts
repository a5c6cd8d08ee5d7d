import { openImageSplits } from '../vision/datasets/image-splits.js';
import { fileOptions } from './file-options.js';
import type { SeededRequest, TaskTransforms } from './recipe.js';
import { limited, type TaskData } from './task.js';

/** The pictures of a folder, in whichever way it is laid out, as a task's data. */
export async function openSplits(
  root: string,
  { trainTransform, evalTransform }: TaskTransforms,
  request: SeededRequest,
): Promise<TaskData> {
  const { limit, seed } = request;
  const { train, val, test, classes, sources, notes } = await openImageSplits(root, {
    ...fileOptions(request, trainTransform),
    trainTransform,
    testTransform: request.evalTransform ?? evalTransform,
    seed,
  });
  return {
    train: limited(train, limit, seed),
    val: val && limited(val, limit, seed),
    test: limited(test, limit, seed),
    classes,
    pictures: sources,
    notes,
  };
}
