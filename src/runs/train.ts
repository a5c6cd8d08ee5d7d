import { type OptionNames, optionReader } from '../core/options.js';
import type { SettingsLayer } from '../recipes/settings/schema.js';
import { type Opening, prepare } from './prepare.js';
import { RunFolder } from './run-folder.js';
import { type TrainOutcome, type TrainRequest, trainTask } from './train-task.js';

/** All settings (docs/settings.md), and what is no setting of the training. */
export interface TrainOptions
  extends SettingsLayer,
    Opening,
    Pick<TrainRequest, 'callbacks' | 'signal' | 'tensorboard'> {
  /** Whether pictures are drawn while it trains, and report.html is written at the end. @default true */
  readonly report?: boolean;
  /** The run folder, empty or absent. @default the next free `runs/<data>-<n>` */
  readonly out?: string;
}

/** What a training has come to, and where. */
export interface TrainedRun extends TrainOutcome {
  readonly run: RunFolder;
}

const names: OptionNames<TrainOptions> = {
  data: true,
  split: true,
  loader: true,
  transforms: true,
  model: true,
  loss: true,
  mixup: true,
  cutmix: true,
  optimizer: true,
  schedule: true,
  warmup: true,
  epochs: true,
  batchSize: true,
  accumulate: true,
  clip: true,
  ema: true,
  lookahead: true,
  freeze: true,
  earlyStopping: true,
  time: true,
  checkpoints: true,
  bestBy: true,
  rollbacks: true,
  precision: true,
  compile: true,
  seed: true,
  download: true,
  onProgress: true,
  onCache: true,
  out: true,
  report: true,
  tensorboard: true,
  callbacks: true,
  signal: true,
};
const readOptions = optionReader<TrainOptions>('train', names, {
  engine: 'useEngine(name) chooses it',
  threads: 'setThreads(n) sets them',
  lr: 'it is an option of the optimizer: { optimizer: { lr } }',
  workers: 'it is an option of the loader: { loader: { workers } }',
});

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
  const {
    out,
    report = true,
    tensorboard = false,
    callbacks,
    signal,
    download,
    onProgress,
    onCache,
    ...layer
  } = readOptions(given);
  const { open } = await prepare(data, layer);
  const { task, settings } = await open({
    ...(download !== undefined && { download }),
    ...(onProgress && { onProgress }),
    ...(onCache && { onCache }),
  });
  const run = await RunFolder.create(task.name, out);
  const outcome = await trainTask({
    task,
    settings,
    run,
    report,
    tensorboard,
    ...(callbacks && { callbacks }),
    ...(signal && { signal }),
  });
  return { run, ...outcome };
}
