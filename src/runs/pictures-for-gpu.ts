/** Pictures go to a GPU as bytes, where their transform ends in looking bytes up; the GPU does that. */
import type { DataLoaderOptions } from '../data/dataloader.js';
import type { Dataset, Sample } from '../data/dataset.js';
import { currentEngine } from '../engine/select.js';
import { transformOf, withTransform } from '../recipes/validation.js';
import { bytesFirst } from '../vision/transforms/bytes-first.js';

/** The data set whose samples are bytes, and what makes numbers of them; null where the engine is no GPU, or the transform another. */
export function picturesForGpu(
  dataset: Dataset,
): (Pick<DataLoaderOptions<Sample, unknown>, 'tensorTransform'> & { dataset: Dataset }) | null {
  const transform = currentEngine().device === 'gpu' ? transformOf(dataset) : null;
  const halves = transform && bytesFirst(transform);
  if (halves === null) return null;
  return { dataset: withTransform(dataset, halves.bytes), tensorTransform: halves.numbers };
}
