import { type OptionNames, optionReader } from '../core/options.js';
import type { Task } from '../recipes/recipe.js';
import { makeOptimizer } from '../recipes/settings/optimizers.js';
import type { Settings } from '../recipes/settings/schema.js';
import { manualSeed } from '../tensor/generator.js';
import { type LrFinding, lrFind } from '../train/lr-find.js';
import { trainedParameters } from './fine-tune.js';
import { judged } from './judged.js';
import { makeNetwork } from './learner.js';
import { makeLoader } from './train-task.js';

export interface FindLrOptions {
  readonly startLr?: number;
  readonly endLr?: number;
  readonly steps?: number;
  readonly signal?: AbortSignal;
}

const names: OptionNames<FindLrOptions> = {
  startLr: true,
  endLr: true,
  steps: true,
  signal: true,
};
const readOptions = optionReader<FindLrOptions>('findLr', names);

/** The range test of learning rates for a task and its settings, as they would be trained; nothing is written. */
export async function findLr(
  task: Task,
  settings: Settings,
  ...given: [options?: FindLrOptions]
): Promise<LrFinding> {
  const options = readOptions(given);
  manualSeed(settings.seed);
  const model = await makeNetwork(task);
  const trained = trainedParameters(model, settings);
  const trainLoader = makeLoader(task.train, settings, null, true);
  const { compile, precision } = settings;
  const { loss } = judged(task, settings);
  try {
    return await lrFind({
      ...{ model, trainLoader, compile, precision, ...options },
      optimizer: makeOptimizer(settings.optimizer, trained),
      ...(loss && { loss }),
    });
  } finally {
    await trainLoader.close();
  }
}
