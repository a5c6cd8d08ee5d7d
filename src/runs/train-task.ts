/**
 * One training run of a task: what `wick train` does, as a function that programs can call. Nothing is written
 * before the data are open and the settings are known to be good.
 */
import { optionReader } from '../core/options.js';
import { DataLoader } from '../data/dataloader.js';
import type { Dataset } from '../data/dataset.js';
import type { SkippedSample } from '../data/fetch-batch.js';
import type { BatchTransform } from '../data/pair-batch.js';
import type { Task } from '../recipes/recipe.js';
import { makeSchedule } from '../recipes/settings/make-schedule.js';
import { makeOptimizer } from '../recipes/settings/optimizers.js';
import type { Settings, SettingsLayer } from '../recipes/settings/schema.js';
import { manualSeed } from '../tensor/generator.js';
import type { Callback } from '../train/callback.js';
import { Checkpoint } from '../train/callbacks/checkpoint.js';
import { EarlyStopping, type EarlyStoppingOptions } from '../train/callbacks/early-stopping.js';
import { Freeze } from '../train/callbacks/freeze.js';
import { Lints } from '../train/callbacks/lints.js';
import { Lookahead } from '../train/callbacks/lookahead.js';
import { LossSpikes } from '../train/callbacks/loss-spikes.js';
import { ModelCheckpoint } from '../train/callbacks/model-checkpoint.js';
import { TimeLimit } from '../train/callbacks/time-limit.js';
import { WeightAveraging } from '../train/callbacks/weight-averaging.js';
import { readCheckpoint } from '../train/checkpoint-file.js';
import { FeatureDataset } from '../train/feature-cache.js';
import { judge } from '../train/judge.js';
import type { FitSummary } from '../train/metrics.js';
import { summaryOf } from '../train/position.js';
import { Trainer } from '../train/trainer.js';
import type { Batch } from '../vision/transforms/batch.js';
import { CutMix } from '../vision/transforms/cut-mix.js';
import { MixUp } from '../vision/transforms/mix-up.js';
import { RandomChoice } from '../vision/transforms/random-choice.js';
import { headFirst, trainedParameters } from './fine-tune.js';
import { judged, judgedBy } from './judged.js';
import {
  type FeaturePass,
  type Learner,
  makeLearner,
  makeNetwork,
  onPictures,
  passSettings,
} from './learner.js';
import { loadingWorkers } from './loading-workers.js';
import { RunPictures } from './pictures/run-pictures.js';
import { picturesForGpu } from './pictures-for-gpu.js';
import { writeFacts } from './run-facts.js';
import type { RunFolder } from './run-folder.js';
import { RunRecorder } from './run-recorder.js';
import { Steering } from './steering/steering.js';
import type { SteeringEntry } from './steering/steering-log.js';
import { settingsOfTask } from './task-settings.js';
import { TensorBoard } from './tensorboard/tensorboard.js';

export interface TrainRequest {
  readonly task: Task;
  /** On top of the task's defaults. @default the defaults, and the seed that its pictures were drawn by */
  readonly settings?: SettingsLayer;
  readonly run: RunFolder;
  /** In a folder that was reopened: take the optimizer's options from the settings, not from the checkpoint. @default false */
  readonly force?: boolean;
  /** Whether mistakes that no error shows are noted; see `train.Lints`. @default true */
  readonly lints?: boolean;
  /** Whether pictures are drawn while it trains, and report.html is written at the end. @default false */
  readonly report?: boolean;
  /** Whether TensorBoard's event file is written, too. @default false */
  readonly tensorboard?: boolean;
  readonly callbacks?: readonly Callback[];
  readonly signal?: AbortSignal;
  /** What is done again that was done by hand in the run that this one repeats. @default nothing */
  readonly steering?: readonly SteeringEntry[];
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
  force: true,
  lints: true,
  report: true,
  tensorboard: true,
  callbacks: true,
  signal: true,
  steering: true,
});

/**
 * Trains a task's network and writes the run folder, which is removed again where nothing was learned. In a folder that
 * was reopened it goes on from where that is; `resume` checks that everything is as it was.
 *
 * @example
 * const task = await runs.openTask('./photos');
 * const run = await runs.RunFolder.create(task.name);
 * await runs.trainTask({ task, settings: { epochs: 5 }, run });
 * @throws NotFiniteError where the loss or a weight does not stay finite, DataError for a file that cannot be used
 */
export async function trainTask(...given: [request: TrainRequest]): Promise<TrainOutcome> {
  const request = readRequest(given);
  const { run } = request;
  const claim = await run.claim();
  try {
    const learned = await steered(request).finally(() => claim.remove());
    return { ...learned, kept: await keepOrDiscard(request.run) };
  } catch (error) {
    await keepOrDiscard(request.run);
    throw error;
  }
}

/** Trains, and does meanwhile what others ask for. */
async function steered(request: TrainRequest): Promise<Omit<TrainOutcome, 'kept'>> {
  const { run, signal, steering: again } = request;
  const steering = await Steering.open(run, again);
  const signals = [steering.signal, ...(signal ? [signal] : [])];
  try {
    return await fit({ ...request, signal: AbortSignal.any(signals) }, steering);
  } finally {
    await steering.close();
  }
}

/** Keeps a run in which something was learned; of another, what was written is removed. Returns which it was. */
async function keepOrDiscard(run: RunFolder): Promise<boolean> {
  const kept = await run.hasWeights();
  if (!kept) await run.discard();
  return kept;
}

async function fit(
  {
    task,
    settings: given = {},
    run,
    force = false,
    lints = true,
    report = false,
    tensorboard = false,
    callbacks = [],
    signal,
  }: TrainRequest,
  steering: Steering,
): Promise<Omit<TrainOutcome, 'kept'>> {
  const { seed: drawn } = task.choices;
  const settings = settingsOfTask(task, drawn === undefined ? {} : { seed: drawn }, given);
  const { epochs, seed, compile, precision, accumulate, rollbacks, clip } = settings;
  manualSeed(seed);
  const model = await makeNetwork(task);
  const mixing = mixingOf(settings, task.classes.length);
  const loaders = new Map<DataLoader, Dataset>();
  const load = (dataset: Dataset, shuffle = false) => {
    const loader = makeLoader(dataset, settings, shuffle ? mixing : null, shuffle);
    loaders.set(loader, dataset);
    return loader;
  };
  try {
    const state = await run.state();
    if (state === null) await writeFacts(run, task, settings);
    const pass: FeaturePass = {
      settings: passSettings(settings),
      callbacks,
      signal,
      load,
    };
    const isTuned = settings.model.fineTune !== null;
    if (isTuned && state === null) await headFirst(model, task, settings, { ...pass, load });
    const learner = isTuned ? onPictures(model, task) : await makeLearner(model, task, pass);
    // Stopped before it went on, perhaps while features were computed: the run stays as it is.
    if (state !== null && signal?.aborted)
      return { summary: summaryOf(await readCheckpoint(state)), skipped: [], findings: [] };
    const optimizer = makeOptimizer(settings.optimizer, trainedParameters(model, settings));
    const trainLoader = load(learner.train, true);
    const steps = Math.ceil(trainLoader.length / accumulate);
    const schedule = makeSchedule(optimizer, settings, steps);
    const testLoader = load(learner.test);
    const valLoader = learner.val && load(learner.val);
    const heldOutLoaders = [testLoader, ...(valLoader ? [valLoader] : [])];
    const skippedOf = (dataset: Dataset) =>
      [...loaders].flatMap(([{ skipped }, from]) => (from === dataset ? skipped : []));
    const tell = (text: string) => {
      for (const callback of callbacks) callback.onNote?.(text);
    };
    const trainer = new Trainer({
      model: learner.model,
      optimizer,
      trainLoader,
      testLoader,
      epochs,
      compile,
      precision,
      accumulate,
      rollbacks,
      callbacks: [
        ...(lints
          ? [
              new Lints({
                trainLoader,
                heldOutLoaders,
                scheduled: promisesChange(settings.schedule),
              }),
              new LossSpikes(),
            ]
          : []),
        new RunRecorder(run, {
          wholeState: learner.wholeState,
          ...(state !== null && { onResume: () => writeFacts(run, task, settings) }),
        }),
        ...(tensorboard ? [new TensorBoard(run)] : []),
        ...(report ? [new RunPictures(run, task, settings.seed, skippedOf, tell)] : []),
        ...callbacksOf(run, settings, learner, steps * epochs),
        ...callbacks,
        steering,
        checkpoint(run, settings), // it keeps what all others have done
      ],
      ...judged(task, settings),
      ...(valLoader && { valLoader }),
      ...(schedule && { scheduler: schedule.scheduler, schedulePer: schedule.per }),
      ...(clip?.norm != null && { clipGradNorm: clip.norm }),
      ...(clip?.value != null && { clipGradValue: clip.value }),
      ...(signal && { signal }),
    });
    if (state === null) await run.cutLogs([]);
    const summary = await trainer.fit(state === null ? {} : { resume: state, force });
    const scores = summary.test ?? summary.best?.heldOut;
    return {
      summary,
      skipped: [...loaders.keys()].flatMap(({ skipped }) => skipped),
      findings: scores === undefined ? [] : judge(scores.confusion, task.classes),
    };
  } finally {
    await Promise.all([...loaders.keys()].map((loader) => loader.close()));
  }
}

/** Whether the rate ought to change; `plateau` need not: while the loss falls it has nothing to do. */
const promisesChange = (schedule: Settings['schedule']) =>
  schedule !== null && schedule.name !== 'plateau';

/** What freezes parts, averages weights, stops the training, and keeps the weights of single epochs. */
function callbacksOf(
  run: RunFolder,
  settings: Settings,
  learner: Learner,
  totalSteps: number,
): Callback[] {
  const { ema, lookahead, earlyStopping, time } = settings;
  return [
    ...freezing(settings),
    ...(ema === null ? [] : [new WeightAveraging(ema)]),
    ...(lookahead === null ? [] : [new Lookahead({ ...lookahead, totalSteps })]),
    ...(earlyStopping === null
      ? []
      : [new EarlyStopping(stopping(earlyStopping, judgedBy(settings)))]),
    ...(time === null ? [] : [new TimeLimit(time)]),
    ...kept(run, settings, learner),
  ];
}

/** What freezes the parts that learn at first only. */
export function freezing({ freeze }: Settings): Freeze[] {
  return freeze === null ? [] : [new Freeze({ [freeze.afterEpochs + 1]: freeze.parts })];
}

/** Early stopping watches what the best epoch is chosen by, unless it is told. */
function stopping(
  { monitor, divergenceThreshold, ...others }: NonNullable<Settings['earlyStopping']>,
  bestBy: NonNullable<Settings['bestBy']>,
): EarlyStoppingOptions {
  return {
    ...others,
    monitor: monitor ?? bestBy,
    ...(divergenceThreshold !== null && { divergenceThreshold }),
  };
}

/** Weights of single epochs, where they are wanted. */
function kept(run: RunFolder, settings: Settings, { wholeState }: Learner): Callback[] {
  const { keepEvery, keepBest } = settings.checkpoints;
  if (keepEvery === null && keepBest === null) return [];
  return [
    new ModelCheckpoint(run.file('checkpoints'), {
      everyEpochs: keepEvery ?? 1,
      ...(keepBest !== null && { saveTopK: keepBest }),
      monitor: judgedBy(settings),
      wholeState,
    }),
  ];
}

function checkpoint(run: RunFolder, { checkpoints }: Settings): Checkpoint {
  const { everySeconds, everySteps, everyEpochs } = checkpoints;
  return new Checkpoint(run.checkpoints, {
    everySeconds,
    ...(everySteps !== null && { everySteps }),
    everyEpochs,
  });
}

/** What mixes a batch of so many classes; one of both, at random, where both are asked for. */
export function mixingOf({ mixup, cutmix }: Settings, numClasses: number): BatchTransform | null {
  const both = [
    ...(mixup === null ? [] : [new MixUp({ ...mixup, numClasses })]),
    ...(cutmix === null ? [] : [new CutMix({ ...cutmix, numClasses })]),
  ];
  const [first = null] = both;
  return both.length === 2 ? new RandomChoice<Batch>(both) : first;
}

export function makeLoader(
  dataset: Dataset,
  settings: Settings,
  mixing: BatchTransform | null,
  training: boolean,
): DataLoader {
  const { batchSize, seed, data, loader } = settings;
  const sent = mixing === null ? picturesForGpu(dataset) : null; // what mixes takes numbers
  return new DataLoader(sent?.dataset ?? dataset, {
    batchSize,
    shuffle: training,
    dropLast: training && loader.dropLast,
    seed,
    // Workers read pictures; features are in memory.
    numWorkers: dataset instanceof FeatureDataset ? 0 : (loader.workers ?? loadingWorkers(dataset)),
    prefetchFactor: loader.prefetchFactor,
    persistentWorkers: true,
    reuseMemory: true,
    onError: data.onError,
    ...(mixing && { batchTransform: mixing }),
    ...(sent && { tensorTransform: sent.tensorTransform }),
  });
}
