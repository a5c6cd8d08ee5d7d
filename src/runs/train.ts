import { optionReader } from '../core/options.js';
import { openTask } from '../recipes/index.js';
import type { OpenRequest } from '../recipes/recipe.js';
import { RunFolder } from './run-folder.js';
import { settingsFor, type TrainChoices } from './train-settings.js';
import { type TrainOutcome, type TrainRequest, trainTask } from './train-task.js';

export interface TrainOptions
  extends Omit<OpenRequest, 'classes' | 'evalTransform'>,
    Omit<TrainChoices, 'seed'>,
    Pick<TrainRequest, 'callbacks' | 'signal'> {
  /** The run folder, empty or absent. @default the next free `runs/<data>-<n>` */
  readonly out?: string;
}

/** What a training has come to, and where. */
export interface TrainedRun extends TrainOutcome {
  readonly run: RunFolder;
}

const readOptions = optionReader<TrainOptions>(
  'train',
  {
    data: true,
    model: true,
    pretrained: true,
    imageSize: true,
    limit: true,
    cache: true,
    download: true,
    onProgress: true,
    onCache: true,
    epochs: true,
    batchSize: true,
    optimizer: true,
    lr: true,
    schedule: true,
    workers: true,
    compile: true,
    precision: true,
    onError: true,
    classWeights: true,
    features: true,
    views: true,
    seed: true,
    out: true,
    callbacks: true,
    signal: true,
  },
  { engine: 'useEngine(name) chooses it', threads: 'setThreads(n) sets them' },
);

/**
 * Trains on a data set that wick knows, or on a folder of pictures, as `wick train` does: what is not given is the
 * recipe's default, or follows from the pictures.
 *
 * @param data `digits`, `mnist`, …, or the path of a folder that has class folders, or splits of them.
 * @returns where the run is, with the scores; `run` is no more there where nothing was learned (`kept`)
 * @throws ValueError for a name that is neither; what `trainTask` throws
 *
 * @example
 * const { run, summary } = await runs.train('./photos', { epochs: 10, seed: 0 });
 */
export async function train(data: string, ...given: [options?: TrainOptions]): Promise<TrainedRun> {
  const { out, callbacks, signal, ...options } = readOptions(given);
  const { epochs, batchSize, optimizer, lr, schedule, ...others } = options;
  const { workers, compile, precision, onError, classWeights, features, views, ...request } =
    others;
  const task = await openTask(data, request);
  const learning = { epochs, batchSize, optimizer, lr, schedule };
  const running = { workers, compile, precision, onError, classWeights, features, views };
  const settings = settingsFor(task, { ...learning, ...running });
  const run = await RunFolder.create(task.name, out);
  const outcome = await trainTask({
    task,
    settings,
    run,
    ...(callbacks && { callbacks }),
    ...(signal && { signal }),
  });
  return { run, ...outcome };
}
