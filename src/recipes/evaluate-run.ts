import { DataError } from '../core/errors.js';
import { DataLoader } from '../data/dataloader.js';
import type { RunFolder } from '../io/run-folder.js';
import { crossEntropy } from '../nn/functional.js';
import { noGrad } from '../tensor/grad-mode.js';
import { RunningScores, type Scores } from '../train/metrics.js';
import { openTask } from './index.js';
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
  const { test, ...task } = await openTask(recipe, {
    ...choices,
    ...(dataFolder !== undefined && { data: dataFolder }),
    classes,
    evalTransform: trained.transform,
    cache: 'none',
  });
  if (task.classes.join('\n') !== classes.join('\n'))
    throw new DataError(
      run.file('model.json'),
      `has the classes [${classes.join(', ')}], the data [${task.classes.join(', ')}]; they must be the same`,
    );
  const scores = new RunningScores();
  const confusion = new Float64Array(classes.length ** 2); // [true, predicted]
  for await (const [images, labels] of new DataLoader(test, {
    batchSize,
    numWorkers: loadingWorkers(test),
  })) {
    const logits = noGrad(() => trained.model.forward(images));
    const predicted = logits.argmax(1).data;
    let correct = 0;
    labels.data.forEach((label, i) => {
      const guess = predicted[i] ?? 0;
      const cell = label * classes.length + guess;
      confusion[cell] = (confusion[cell] ?? 0) + 1;
      if (guess === label) correct++;
    });
    scores.update(crossEntropy(logits, labels).item(), correct, labels.size(0));
  }
  return {
    ...scores.compute(),
    samples: scores.count,
    perClass: classes.map((className, k) => perClass(className, k, confusion, classes.length)),
  };
}

function perClass(name: string, k: number, confusion: Float64Array, n: number): ClassScores {
  let samples = 0;
  let called = 0;
  for (let j = 0; j < n; j++) {
    samples += confusion[k * n + j] ?? 0;
    called += confusion[j * n + k] ?? 0;
  }
  const right = confusion[k * n + k] ?? 0;
  return {
    name,
    samples,
    recall: right / Math.max(samples, 1),
    precision: right / Math.max(called, 1),
  };
}
