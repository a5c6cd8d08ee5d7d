/** What may be chosen of a training beside its data, and the defaults of a task where nothing is. */
import { optionReader, requireOneOf } from '../core/options.js';
import type { Precision } from '../engine/precision.js';
import { Adam, AdamW } from '../optim/adam.js';
import type { Optimizer } from '../optim/optimizer.js';
import { RMSprop } from '../optim/rmsprop.js';
import { SGD } from '../optim/sgd.js';
import type { OptimizerName, Task, TrainDefaults } from '../recipes/recipe.js';
import { defaultGenerator } from '../tensor/generator.js';
import type { Parameter } from '../tensor/parameter.js';

export interface TrainSettings extends TrainDefaults {
  /** Where weights, order and augmentation start from. */
  readonly seed: number;
  /** Threads that load data; 0 loads between steps. @default `loadingWorkers` of each data set */
  readonly workers?: number;
  /** Record the steps once and replay them. @default true */
  readonly compile?: boolean;
  /** In which the compiled steps compute. @default 'float32' */
  readonly precision?: Precision;
  /** What a file that cannot be used does: end the run, or be left out. @default 'throw' */
  readonly onError?: 'throw' | 'skip';
  /** `auto`: all classes weigh alike in the loss, and the best epoch is that of the best balanced accuracy. @default 'none' */
  readonly classWeights?: 'auto' | 'none';
  /** Where all but the head is frozen: compute the features of each picture once, or in each epoch. @default 'cached' */
  readonly features?: 'cached' | 'live';
  /** Cached features of a training picture: of the picture as it is, and of so many augmented ones less 1. @default 1 */
  readonly views?: number;
}

/** Settings of which some are given. */
export type TrainChoices = {
  readonly [K in keyof TrainSettings]?: TrainSettings[K] | undefined;
};

const readChoices = optionReader<TrainChoices>('settingsFor', {
  epochs: true,
  batchSize: true,
  optimizer: true,
  lr: true,
  schedule: true,
  seed: true,
  workers: true,
  compile: true,
  precision: true,
  onError: true,
  classWeights: true,
  features: true,
  views: true,
});

const optimizers: Readonly<
  Record<OptimizerName, (parameters: Parameter[], lr: number) => Optimizer>
> = {
  sgd: (parameters, lr) => new SGD(parameters, { lr }),
  adam: (parameters, lr) => new Adam(parameters, { lr }),
  adamw: (parameters, lr) => new AdamW(parameters, { lr }),
  rmsprop: (parameters, lr) => new RMSprop(parameters, { lr }),
};

export const optimizerNames = Object.keys(optimizers) as readonly OptimizerName[];

/** The settings of a training: what is chosen, and otherwise the task's defaults and the seed that its pictures were drawn by. */
export function settingsFor(
  { defaults, choices: { seed = defaultGenerator.drawSeed() } }: Task,
  ...given: [choices?: TrainChoices]
): TrainSettings {
  const chosen = Object.entries(readChoices(given)).filter(([, value]) => value !== undefined);
  return { ...defaults, seed, precision: 'float32', ...Object.fromEntries(chosen) };
}

/** The optimizer of that name. @throws ValueError for a name that is none */
export function makeOptimizer(
  { optimizer, lr }: TrainSettings,
  parameters: Parameter[],
): Optimizer {
  requireOneOf('trainTask', 'optimizer', optimizer, optimizerNames);
  return optimizers[optimizer](parameters, lr);
}
