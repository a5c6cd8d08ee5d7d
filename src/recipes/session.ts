/**
 * One training run from a recipe: what `wick train` does, as a function that programs can call. Nothing is written
 * before the data are open and the settings are known to be good.
 */
import { DataLoader } from '../data/dataloader.js';
import { engineReport } from '../engine/select.js';
import type { RunFolder } from '../io/run-folder.js';
import { Adam, AdamW } from '../optim/adam.js';
import type { Optimizer } from '../optim/optimizer.js';
import { RMSprop } from '../optim/rmsprop.js';
import { SGD } from '../optim/sgd.js';
import { curvesSvg } from '../report/curves.js';
import { manualSeed } from '../tensor/generator.js';
import type { Parameter } from '../tensor/parameter.js';
import type { Callback, FitSummary } from '../train/metrics.js';
import { RunRecorder } from '../train/run-recorder.js';
import { Trainer } from '../train/trainer.js';
import { createModel } from '../vision/models/registry.js';
import type { OptimizerName, Recipe, TaskData, TrainDefaults } from './recipe.js';

export interface TrainSettings extends TrainDefaults {
  /** Where weights, order and augmentation start from. */
  readonly seed: number;
  /** Threads that load data; 0 loads between steps. */
  readonly workers: number;
}

const optimizers: Readonly<
  Record<OptimizerName, (parameters: Parameter[], lr: number) => Optimizer>
> = {
  sgd: (parameters, lr) => new SGD(parameters, { lr }),
  adam: (parameters, lr) => new Adam(parameters, { lr }),
  adamw: (parameters, lr) => new AdamW(parameters, { lr }),
  rmsprop: (parameters, lr) => new RMSprop(parameters, { lr }),
};

export const optimizerNames = Object.keys(optimizers) as readonly OptimizerName[];

export interface TrainRequest {
  readonly recipe: Recipe;
  readonly data: TaskData;
  readonly settings: TrainSettings;
  readonly run: RunFolder;
  /** Facts for config.json beside the settings: versions, the command. */
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly callbacks?: readonly Callback[];
  readonly signal?: AbortSignal;
}

/** Trains a recipe's network and writes the run folder. */
export async function trainRecipe({
  recipe,
  data,
  settings,
  run,
  facts = {},
  callbacks = [],
  signal,
}: TrainRequest): Promise<FitSummary> {
  const { batchSize, seed, workers: numWorkers, epochs, lr } = settings;
  manualSeed(seed);
  const model = createModel(recipe.architecture);
  const fingerprint = {
    train: await data.train.fingerprint?.(),
    test: await data.test.fingerprint?.(),
  };
  await run.write('config.json', {
    recipe: recipe.name,
    settings,
    engine: engineReport(),
    data: { train: data.train.length, test: data.test.length, fingerprint },
    ...facts,
  });
  await run.write('model.json', {
    format: 'wick-model/1',
    architecture: recipe.architecture,
    inputShape: recipe.inputShape,
    classes: data.classes,
    transform: recipe.evalTransform.toJSON(),
  });
  const trainer = new Trainer({
    model,
    optimizer: optimizers[settings.optimizer](model.parameters(), lr),
    trainLoader: new DataLoader(data.train, { batchSize, shuffle: true, seed, numWorkers }),
    testLoader: new DataLoader(data.test, { batchSize, seed, numWorkers }),
    epochs,
    callbacks: [new RunRecorder(run, model, curvesSvg), ...callbacks],
    ...(signal && { signal }),
  });
  return await trainer.fit();
}
