/**
 * One training run of a task: what `wick train` does, as a function that programs can call. Nothing is written
 * before the data are open and the settings are known to be good.
 */
import { availableParallelism } from 'node:os';
import { optionReader } from '../core/options.js';
import { DataLoader } from '../data/dataloader.js';
import type { Dataset } from '../data/dataset.js';
import type { SkippedSample } from '../data/fetch-batch.js';
import { crossEntropy } from '../nn/functional.js';
import type { Task } from '../recipes/recipe.js';
import { makeSchedule } from '../recipes/schedule.js';
import { tensor } from '../tensor/creation.js';
import { manualSeed } from '../tensor/generator.js';
import type { Callback } from '../train/callback.js';
import { Checkpoint, type CheckpointOptions } from '../train/callbacks/checkpoint.js';
import { Lints } from '../train/callbacks/lints.js';
import { judge } from '../train/judge.js';
import type { FitSummary } from '../train/metrics.js';
import { Trainer } from '../train/trainer.js';
import type { TrainerOptions } from '../train/trainer-options.js';
import { balancedWeights, classCounts } from './class-weights.js';
import { makeLearner, makeNetwork } from './learner.js';
import { writeFacts } from './run-facts.js';
import type { RunFolder } from './run-folder.js';
import { RunRecorder } from './run-recorder.js';
import { makeOptimizer, type TrainSettings } from './train-settings.js';

export interface TrainRequest {
  readonly task: Task;
  readonly settings: TrainSettings;
  readonly run: RunFolder;
  /** When a checkpoint is kept, beside the ends of epochs. @default every 60 s */
  readonly checkpoint?: CheckpointOptions;
  /** In a folder that was reopened: take the optimizer's options from the settings, not from the checkpoint. @default false */
  readonly force?: boolean;
  /** Whether mistakes that no error shows are noted; see `train.Lints`. @default true */
  readonly lints?: boolean;
  readonly callbacks?: readonly Callback[];
  readonly signal?: AbortSignal;
}

export interface TrainOutcome {
  readonly summary: FitSummary;
  /** Samples that were left out because their files could not be used. */
  readonly skipped: readonly SkippedSample[];
  /** What is wrong with the model although its accuracy may look good, in plain lines. */
  readonly findings: readonly string[];
  /** Whether the run folder is there: one in which nothing was learned is removed. */
  readonly kept: boolean;
}

const readRequest = optionReader<TrainRequest>('trainTask', {
  task: true,
  settings: true,
  run: true,
  checkpoint: true,
  force: true,
  lints: true,
  callbacks: true,
  signal: true,
});

/**
 * How many threads should load a data set beside training: none where a batch is looked up in memory at once, for a
 * thread would cost more than it saves; otherwise all cores but one, which steps, and at most 8.
 */
export function loadingWorkers(dataset: Dataset): number {
  if (dataset.getBatch !== undefined) return 0;
  return Math.max(1, Math.min(8, availableParallelism() - 1));
}

/**
 * Trains a task's network and writes the run folder, which is removed again where nothing was learned. In a folder that
 * was reopened it goes on from where that is; `resume` checks that everything is as it was.
 *
 * @example
 * const task = await runs.openTask('./photos');
 * const run = await runs.RunFolder.create(task.name);
 * await runs.trainTask({ task, settings: runs.settingsFor(task, { epochs: 5 }), run });
 * @throws NotFiniteError where the loss or a weight does not stay finite, DataError for a file that cannot be used
 */
export async function trainTask(...given: [request: TrainRequest]): Promise<TrainOutcome> {
  const request = readRequest(given);
  const { run } = request;
  const claim = await run.claim();
  try {
    const learned = await fit(request).finally(() => claim.remove());
    return { ...learned, kept: await keepOrDiscard(request.run) };
  } catch (error) {
    await keepOrDiscard(request.run);
    throw error;
  }
}

/** Keeps a run in which something was learned; of another, what was written is removed. Returns which it was. */
async function keepOrDiscard(run: RunFolder): Promise<boolean> {
  const kept = await run.hasWeights();
  if (!kept) await run.discard();
  return kept;
}

async function fit({
  task,
  settings,
  run,
  checkpoint = {},
  force = false,
  lints = true,
  callbacks = [],
  signal,
}: TrainRequest): Promise<Omit<TrainOutcome, 'kept'>> {
  const { epochs, schedule, seed, compile = true, precision = 'float32' } = settings;
  manualSeed(seed);
  const model = await makeNetwork(task);
  const loaders: DataLoader[] = [];
  const load = (dataset: Dataset, shuffle = false) => {
    const loader = makeLoader(dataset, settings, shuffle);
    loaders.push(loader);
    return loader;
  };
  try {
    await writeFacts(run, task, settings);
    const learner = await makeLearner(model, task, { settings, callbacks, signal, load });
    const trained = model.parameters().filter((parameter) => parameter.requiresGrad);
    const optimizer = makeOptimizer(settings, trained);
    const trainLoader = load(learner.train, true);
    const testLoader = load(learner.test);
    const valLoader = learner.val && load(learner.val);
    const heldOutLoaders = [testLoader, ...(valLoader ? [valLoader] : [])];
    const trainer = new Trainer({
      model: learner.model,
      optimizer,
      trainLoader,
      testLoader,
      epochs,
      compile,
      precision,
      callbacks: [
        new RunRecorder(run, learner.wholeState),
        ...(lints ? [new Lints({ trainLoader, heldOutLoaders, scheduled: !!schedule })] : []),
        ...callbacks,
        new Checkpoint(run.checkpoints, checkpoint),
      ],
      ...weighted(task, settings),
      ...(valLoader && { valLoader }),
      ...(schedule && { scheduler: makeSchedule(optimizer, schedule) }),
      ...(signal && { signal }),
    });
    const state = await run.state();
    if (state === null) await run.cutLogs([]);
    const summary = await trainer.fit(state === null ? {} : { resume: state, force });
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
