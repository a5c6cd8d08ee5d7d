import { DataError } from '../core/errors.js';
import { quoteAll } from '../core/outside-text.js';
import { DataLoader } from '../data/dataloader.js';
import type { RunFolder } from '../io/run-folder.js';
import { ConfusionMatrix } from '../metrics/confusion-matrix.js';
import { Mean } from '../metrics/mean.js';
import { crossEntropy } from '../nn/functional.js';
import type { Scores } from '../train/metrics.js';
import { reopenTask } from './index.js';
import { readRunConfig } from './run-config.js';
import { loadingWorkers } from './session.js';
import { TrainedModel } from './trained-model.js';

/** How one class fared. */
export interface ClassScores {
  readonly name: string;
  readonly samples: number;
  /** Share of this class's samples that were found, 0–1. */
  readonly recall: number;
  /** Share of the samples called this class that are, 0–1. */
  readonly precision: number;
}

export interface Evaluation extends Scores {
  readonly samples: number;
  readonly perClass: readonly ClassScores[];
}

/** Measures the best weights of a run on its test set, whose classes are bound to the model's by name. */
export async function evaluateRun(
  run: RunFolder,
  batchSize: number,
  dataFolder?: string,
): Promise<Evaluation> {
  const trained = await TrainedModel.load(run);
  const { classes } = trained.card;
  const { recipe, choices } = await readRunConfig(run);
  const { test, ...task } = await reopenTask(recipe, {
    ...choices,
    ...(dataFolder !== undefined && { data: dataFolder }),
    classes,
    evalTransform: trained.transform,
    cache: 'none',
  });
  if (task.classes.join('\n') !== classes.join('\n'))
    throw new DataError(
      run.file('model.json'),
      `has the classes ${quoteAll(classes)}, the data ${quoteAll(task.classes)}; they must be the same`,
    );
  const loss = new Mean();
  const confusion = new ConfusionMatrix(classes.length);
  for await (const [images, labels] of new DataLoader(test, {
    batchSize,
    numWorkers: loadingWorkers(test),
    reuseMemory: true,
  })) {
    const logits = trained.logits(images);
    loss.update(crossEntropy(logits, labels).item(), labels.size(0));
    confusion.update(logits, labels);
  }
  const perClass = confusion.compute().map((row, k) => ({
    name: classes[k] ?? '',
    samples: row.reduce((sum, count) => sum + count, 0),
    recall: confusion.recall(k) || 0, // NaN where there is nothing to share
    precision: confusion.precision(k) || 0,
  }));
  return {
    loss: loss.compute(),
    accuracy: confusion.accuracy(),
    samples: perClass.reduce((sum, { samples }) => sum + samples, 0),
    perClass,
  };
}
