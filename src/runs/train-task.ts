/**
 * One training run of a task: what `wick train` does, as a function that programs can call. Nothing is written
 * before the data are open and the settings are known to be good.
 */
import { availableParallelism } from 'node:os';
import { DataLoader } from '../data/dataloader.js';
import type { Dataset } from '../data/dataset.js';
import type { SkippedSample } from '../data/fetch-batch.js';
import type { Precision } from '../engine/precision.js';
import { engineReport } from '../engine/select.js';
import { crossEntropy } from '../nn/functional.js';
import { Adam, AdamW } from '../optim/adam.js';
import type { Optimizer } from '../optim/optimizer.js';
import { RMSprop } from '../optim/rmsprop.js';
import { SGD } from '../optim/sgd.js';
import type { OptimizerName, Task, TrainDefaults } from '../recipes/recipe.js';
import { makeSchedule } from '../recipes/schedule.js';
import { curvesSvg } from '../report/curves.js';
import { tensor } from '../tensor/creation.js';
import { manualSeed } from '../tensor/generator.js';
import type { Parameter } from '../tensor/parameter.js';
import { judge } from '../train/judge.js';
import type { Callback, FitSummary } from '../train/metrics.js';
import { Trainer, type TrainerOptions } from '../train/trainer.js';
import { createModel } from '../vision/models/registry.js';
import { commonBackground } from './background.js';
import { balancedWeights, classCounts } from './class-weights.js';
import type { RunFolder } from './run-folder.js';
import { RunRecorder } from './run-recorder.js';

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
  readonly task: Task;
  readonly settings: TrainSettings;
  readonly run: RunFolder;
  /** Facts for config.json beside the settings: versions, the command. */
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly callbacks?: readonly Callback[];
  readonly signal?: AbortSignal;
}

export interface TrainOutcome {
  readonly summary: FitSummary;
  /** Samples that were left out because their files could not be used. */
  readonly skipped: readonly SkippedSample[];
  /** What is wrong with the model although its accuracy may look good, in plain lines. */
  readonly findings: readonly string[];
}

/**
 * How many threads should load a data set beside training: none where a batch is looked up in memory at once, for a
 * thread would cost more than it saves; otherwise all cores but one, which steps, and at most 8.
 */
export function loadingWorkers(dataset: Dataset): number {
  if (dataset.getBatch !== undefined) return 0;
  return Math.max(1, Math.min(8, availableParallelism() - 1));
}

/** Trains a task's network and writes the run folder. */
export async function trainTask({
  task,
  settings,
  run,
  facts = {},
  callbacks = [],
  signal,
}: TrainRequest): Promise<TrainOutcome> {
  const { epochs, lr, schedule, seed, compile = true, precision = 'float32' } = settings;
  manualSeed(seed);
  const model = createModel(task.architecture);
  const trainLoader = makeLoader(task.train, settings, true);
  const valLoader = task.val && makeLoader(task.val, settings, false);
  const testLoader = makeLoader(task.test, settings, false);
  const loaders = [trainLoader, ...(valLoader ? [valLoader] : []), testLoader];
  const optimizer = optimizers[settings.optimizer](model.parameters(), lr);
  const onNote = (text: string) => {
    for (const callback of callbacks) callback.onNote?.(text);
  };
  const trainer = new Trainer({
    model,
    optimizer,
    trainLoader,
    testLoader,
    epochs,
    compile,
    precision,
    callbacks: [new RunRecorder(run, model, { drawCurves: curvesSvg, onNote }), ...callbacks],
    ...weighted(task, settings),
    ...(valLoader && { valLoader }),
    ...(schedule && { scheduler: makeSchedule(optimizer, schedule) }),
    ...(signal && { signal }),
  });
  try {
    await writeFacts(run, task, settings, facts);
    const summary = await trainer.fit();
    const scores = summary.test ?? summary.best?.heldOut;
    return {
      summary,
      skipped: loaders.flatMap(({ skipped }) => skipped),
      findings: scores === undefined ? [] : judge(scores.confusion, task.classes),
    };
  } finally {
    await Promise.all(loaders.map((loader) => loader.close()));
  }
}

/** The loss in which all classes weigh alike, and what goes with it. */
function weighted(
  { train, classes }: Task,
  { classWeights = 'none' }: TrainSettings,
): Pick<TrainerOptions, 'loss' | 'heldOutLoss' | 'bestBy'> {
  if (classWeights === 'none') return {};
  const weight = tensor(balancedWeights(classCounts(train, classes.length)));
  return {
    loss: (logits, labels) => crossEntropy(logits, labels, { weight }),
    heldOutLoss: (logits, labels) => crossEntropy(logits, labels), // as `wick evaluate` measures it
    bestBy: 'balancedAccuracy',
  };
}

function makeLoader(
  dataset: Dataset,
  { batchSize, seed, workers = loadingWorkers(dataset), onError = 'throw' }: TrainSettings,
  shuffle: boolean,
): DataLoader {
  return new DataLoader(dataset, {
    batchSize,
    shuffle,
    seed,
    numWorkers: workers,
    persistentWorkers: true,
    reuseMemory: true,
    onError,
  });
}

/** Writes down what is needed to run it again, and what travels with the weights. */
async function writeFacts(
  run: RunFolder,
  { recipe, choices, train, val, test, ...task }: Task,
  settings: TrainSettings,
  facts: Readonly<Record<string, unknown>>,
): Promise<void> {
  const fingerprint = {
    train: await train.fingerprint?.(),
    ...(val && { val: await val.fingerprint?.() }),
    test: await test.fingerprint?.(),
  };
  const lengths = { train: train.length, ...(val && { val: val.length }), test: test.length };
  await run.write('config.json', {
    recipe,
    choices,
    settings,
    engine: engineReport(),
    data: { ...lengths, fingerprint },
    ...facts,
  });
  const [pictures] = task.pictures;
  const grey = task.inputShape[0] === 1;
  const background = grey && pictures ? await commonBackground(pictures.dataset) : null;
  await run.write('model.json', {
    format: 'wick-model/1',
    architecture: task.architecture,
    inputShape: task.inputShape,
    classes: task.classes,
    ...(background && { background }),
    transform: task.evalTransform.toJSON(),
  });
}
