/** The parts of a training that is tried and leaves nothing behind: a few of its steps, as they would be made. */
import type { DataLoader } from '../data/dataloader.js';
import type { Module } from '../nn/module.js';
import type { Task } from '../recipes/recipe.js';
import { makeOptimizer } from '../recipes/settings/optimizers.js';
import type { Settings } from '../recipes/settings/schema.js';
import { manualSeed } from '../tensor/generator.js';
import { requireLearners } from '../train/require-learning.js';
import { makeSteps, type Steps } from '../train/steps.js';
import { trainedParameters } from './fine-tune.js';
import { judged } from './judged.js';
import { makeNetwork } from './learner.js';
import { freezing, makeLoader, mixingOf } from './train-task.js';

export interface Rehearsal {
  readonly model: Module;
  readonly steps: Steps;
  /** Freezes what is due before an epoch, as the training would. */
  readonly freezeAt: (epoch: number) => void;
  readonly train: DataLoader;
  readonly val: DataLoader | null;
  readonly test: DataLoader;
}

/** Makes the parts, and closes the loaders when `run` is done. */
export async function rehearse<T>(
  task: Task,
  settings: Settings,
  run: (parts: Rehearsal) => Promise<T>,
): Promise<T> {
  const { seed, epochs, compile, precision, accumulate, clip } = settings;
  manualSeed(seed);
  const model = await makeNetwork(task);
  const optimizer = makeOptimizer(settings.optimizer, trainedParameters(model, settings));
  const callbacks = freezing(settings);
  requireLearners({ model, optimizer, epochs, callbacks });
  const freezeAt = (epoch: number) => {
    for (const callback of callbacks) callback.changeAt(epoch, model);
  };
  const train = makeLoader(task.train, settings, mixingOf(settings, task.classes.length), true);
  const val = task.val && makeLoader(task.val, settings, null, false);
  const test = makeLoader(task.test, settings, null, false);
  const steps = makeSteps({
    ...{ model, optimizer, trainLoader: train, testLoader: test, epochs, compile, precision },
    accumulate,
    ...judged(task, settings),
    ...(clip?.norm != null && { clipGradNorm: clip.norm }),
    ...(clip?.value != null && { clipGradValue: clip.value }),
  });
  try {
    return await run({ model, steps, freezeAt, train, val, test });
  } finally {
    await Promise.all([train, ...(val ? [val] : []), test].map((loader) => loader.close()));
  }
}
