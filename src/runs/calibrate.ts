import { DataError } from '../core/errors.js';
import { DataLoader } from '../data/dataloader.js';
import { CalibrationError } from '../metrics/calibration.js';
import { fitTemperature } from '../metrics/temperature.js';
import { cat } from '../ops/functions.js';
import type { Tensor } from '../tensor/tensor.js';
import { type EvaluateOptions, readEvaluateOptions } from './evaluate.js';
import { loadingWorkers } from './loading-workers.js';
import { ModelFile, type ModelSource } from './model-file.js';
import { openModel } from './model-source.js';
import { openValidation } from './test-set.js';
import { TrainedModel } from './trained-model.js';

/** What a calibration found, on the validation part. */
export interface Calibration {
  /** Above 1 where the network was too sure. */
  readonly temperature: number;
  readonly samples: number;
  /** Expected calibration error of what the network says, 0–1. */
  readonly before: number;
  /** The same of its scores by the temperature. */
  readonly after: number;
}

/**
 * Fits the temperature of a run on its validation part and keeps it in model.json, for all that tells probabilities. A training
 * that goes on drops it: it is of the weights that there were.
 *
 * @throws DataError for a run that was trained without a validation part
 * @example
 * const { temperature, before, after } = await runs.calibrate('runs/photos-1');
 */
export async function calibrate(
  model: ModelSource | string,
  ...given: [options?: EvaluateOptions]
): Promise<Calibration> {
  const { batchSize, data, recipe, onError } = readEvaluateOptions(given, 'calibrate');
  const run = await openModel(model);
  if (run instanceof ModelFile)
    throw new DataError(
      run.path,
      'is a model without the pictures that a temperature is fitted on; calibrate its run, and export that again',
    );
  const trained = await TrainedModel.load(run, { recipe });
  const val = await openValidation(run, trained, data, recipe);
  const loader = new DataLoader(val, { batchSize, numWorkers: loadingWorkers(val), onError });
  const found: { logits: Tensor; labels: Tensor }[] = [];
  for await (const [images, labels] of loader)
    found.push({ logits: await trained.logits(images), labels });
  if (found.length === 0)
    throw new DataError(run.path, 'no picture of its validation part can be used');
  const logits = cat(found.map((batch) => batch.logits));
  const labels = cat(found.map((batch) => batch.labels));
  const temperature = fitTemperature(logits, labels);
  await run.write('model.json', { ...trained.card, temperature });
  return {
    temperature,
    samples: labels.size(0),
    before: errorOf(logits, labels),
    after: errorOf(logits.div(temperature), labels),
  };
}

function errorOf(logits: Tensor, labels: Tensor): number {
  const error = new CalibrationError();
  error.update(logits, labels);
  return error.compute();
}
