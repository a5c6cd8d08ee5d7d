import { DataLoader } from '../../data/dataloader.js';
import type { Dataset } from '../../data/dataset.js';
import type { SkippedSample } from '../../data/fetch-batch.js';
import type { Predictions } from '../../report/charts/predictions.js';
import { loadingWorkers } from '../loading-workers.js';
import type { TrainedModel } from '../trained-model.js';
import { Collected } from './collected.js';

/** What a model says of a set, where what it said while it trained is not known any more. */
export async function askedAgain(
  trained: TrainedModel,
  dataset: Dataset,
): Promise<{
  readonly predictions: Predictions | null;
  readonly skipped: readonly SkippedSample[];
}> {
  const loader = new DataLoader(dataset, {
    batchSize: 64,
    numWorkers: loadingWorkers(dataset),
    onError: 'skip',
  });
  const collected = new Collected();
  for await (const [images, labels] of loader)
    collected.add(trained.calibrated(await trained.logits(images)), labels);
  return { predictions: collected.predictions(), skipped: loader.skipped };
}
