import type { ImageTransform } from '../vision/datasets/image-transform.js';
import type { OpenOptions } from '../vision/datasets/mnist.js';
import type { PictureDataset } from '../vision/inspect/picture-dataset.js';
import type { SeededRequest } from './recipe.js';
import { bothSplits, type TaskData } from './task.js';

/** Training and test set of published data, one after the other: a download shows one bar at a time. */
export async function openPublished(
  set: { open(root?: string, options?: OpenOptions): Promise<PictureDataset> },
  request: SeededRequest,
  trainTransform: ImageTransform,
  testTransform: ImageTransform,
): Promise<TaskData> {
  const { data, download, onProgress, evalTransform = testTransform } = request;
  const options = {
    ...(download !== undefined && { download }),
    ...(onProgress && { onProgress }),
  };
  const train = await set.open(data, { ...options, split: 'train', transform: trainTransform });
  const test = await set.open(data, { ...options, split: 'test', transform: evalTransform });
  return bothSplits(train, test, request);
}
