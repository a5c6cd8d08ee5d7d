import { randomSplit } from '../data/split.js';
import type { ImageTransform } from '../vision/datasets/image-transform.js';
import { fileOptions } from './file-options.js';
import { type FolderLayout, openPart } from './folder-layout.js';
import type { OpenRequest } from './recipe.js';
import { bothSplits, limited, type TaskData } from './task.js';

/** Share of each class that is held back for testing where a folder has no test set. */
const testShare = 0.2;

/** The pictures of a folder with their transforms; the test set's classes are bound to the training set's by name. */
export async function openFolderData(
  layout: FolderLayout,
  trainTransform: ImageTransform,
  testTransform: ImageTransform,
  request: OpenRequest,
): Promise<TaskData> {
  const train = await openPart(layout.train, fileOptions(request, trainTransform));
  const { classes } = train;
  const test = await openPart(
    layout.test ?? layout.train,
    fileOptions({ ...request, classes }, request.evalTransform ?? testTransform),
  );
  if (layout.test !== null) {
    const { notes, ...data } = bothSplits(train, test, request);
    return { ...data, notes: [...layout.notes, ...notes] };
  }

  // The same draw from both, so that no picture is in both parts.
  const { limit, seed = 0 } = request;
  const shares = [1 - testShare, testShare];
  const [trained = train] = randomSplit(train, shares, { seed, stratify: true });
  const [, tested = test] = randomSplit(test, shares, { seed, stratify: true });
  const held = `${layout.train.path} has no test set: ${tested.length} of its ${train.length} pictures are held back for testing`;
  return {
    train: limited(trained, limit, seed),
    test: limited(tested, limit, seed),
    classes,
    pictures: [{ name: 'all', dataset: test }],
    notes: [...layout.notes, ...train.notes, held],
  };
}
