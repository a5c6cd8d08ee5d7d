/** Searching settings: many trainings, of which each says where the next should look. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { DataError, ValueError } from '../../core/errors.js';
import { type OptionNames, optionReader, requireOneOf } from '../../core/options.js';
import { show } from '../../core/outside-text.js';
import { requireThreads } from '../../core/threads.js';
import { version } from '../../core/version.js';
import { currentEngine, isWinogradAllowed } from '../../engine/select.js';
import { expand, merge, type RawLayer } from '../../recipes/settings/layers.js';
import type { SettingsLayer } from '../../recipes/settings/schema.js';
import { defaultGenerator } from '../../tensor/generator.js';
import { requireFormerEngine } from '../former-engine.js';
import { judgedBy } from '../judged.js';
import { type Opening, prepare } from '../prepare.js';
import { settingsOfTask } from '../task-settings.js';
import { requireSpace } from './check-space.js';
import { goOn, type Tuning, type Watching } from './go-on.js';
import type { Halving } from './job.js';
import { gridSize } from './plan.js';
import type { Dimension } from './space.js';
import { dataOf, requireCode } from './study-code.js';
import { maxSeeds, maxTrials, type StudyDefinition } from './study-definition.js';
import { StudyFolder } from './study-folder.js';
import { variantsOf } from './variants.js';

export interface TuneOptions extends Watching, Opening {
  /** Settings and the ranges, or choices, that they are searched in: `{ 'optimizer.lr': { log: [1e-5, 1e-1] } }`. */
  readonly search?: Readonly<Record<string, Dimension>>;
  /** Settings and values of which every combination is tried, one after the other: `{ batchSize: [16, 32] }`. */
  readonly grid?: Readonly<Record<string, readonly unknown[]>>;
  /** What all trials share, on top of the recipe's defaults. */
  readonly settings?: SettingsLayer;
  /** How many are tried. @default 20; every combination, where there is a grid alone */
  readonly trials?: number;
  /** Trainings of each trial, whose mean counts, by the seeds from `settings.seed` on. @default 1 */
  readonly seeds?: number;
  /**
   * How values are chosen: by what former trials found (the tree-structured Parzen estimator, Bergstra et al., 2011), or at
   * random. @default 'tpe'
   */
  readonly sampler?: 'tpe' | 'random';
  /**
   * Ends bad trials early (ASHA, Li et al., 2018): after `minEpochs` epochs, and after `reduction` times as many each time, the
   * best one in `reduction` goes on. true is `{ reduction: 3, minEpochs: 1 }`. @default false
   */
  readonly halving?: boolean | Partial<Halving>;
  /** Seconds, or `'30m'`, after which nothing more is tried. @default none */
  readonly budget?: number | string;
  /** Trainings at once. @default the machine's cores, at most 4 */
  readonly jobs?: number;
  /** Threads of each training: its bits depend on them. @default the machine's cores over `jobs` */
  readonly threads?: number;
  /** The study's folder, empty or absent. @default the next free `runs/<data>-tune-<n>` */
  readonly out?: string;
}

export interface ResumeTuneOptions extends Watching {
  /** More trials than there were to be. */
  readonly trials?: number;
  /** Another budget, of which the time that the study has taken is a part. */
  readonly budget?: number | string;
  readonly jobs?: number;
  /** The recipe file that it was begun with, where it lies elsewhere now, or has not been run on this machine. */
  readonly recipe?: string;
}

const watching = { signal: true, onRecord: true, onEpoch: true, onStart: true } as const;
const names: OptionNames<TuneOptions> = {
  search: true,
  grid: true,
  settings: true,
  trials: true,
  seeds: true,
  sampler: true,
  halving: true,
  budget: true,
  jobs: true,
  threads: true,
  out: true,
  download: true,
  onProgress: true,
  onCache: true,
  ...watching,
};
const readOptions = optionReader<TuneOptions>('tune', names, {
  seed: 'it is a setting: { settings: { seed } }',
  epochs: 'it is a setting: { settings: { epochs } }',
  engine: 'useEngine(name) chooses it',
});
const readResume = optionReader<ResumeTuneOptions>('resumeTune', {
  trials: true,
  budget: true,
  jobs: true,
  recipe: true,
  ...watching,
});

/** The share of the training part that trials are compared on, where the data have no validation part. */
const valShare = 0.1;

/**
 * Searches settings of a training, as `wick tune` does. Trials are compared on the validation part, never on the test set;
 * where the data have none, a tenth of the training part is held out. Each training is a process and an ordinary run folder; what
 * is tried depends on the seed and on what was found, not on how many run at once or how often the study is interrupted.
 *
 * @param data `digits`, `mnist`, …, or the path of a folder or of a recipe file, as for `train`
 * @throws ValueError for a setting that there is not, or a range that cannot be
 *
 * @example
 * const { best } = await runs.tune('./photos', { search: { 'optimizer.lr': { log: [1e-4, 1e-1] } }, trials: 12 });
 */
export async function tune(data: string, ...given: [options?: TuneOptions]): Promise<Tuning> {
  const options = readOptions(given);
  const { out, jobs = defaultJobs(), download, onProgress, onCache } = options;
  requireCount('tune', 'jobs', jobs, 256);
  const { definition, name } = await define(data, options, {
    ...(download !== undefined && { download }),
    ...(onProgress && { onProgress }),
    ...(onCache && { onCache }),
  });
  const study = await StudyFolder.create(name, definition, out);
  return await goOn(study, jobs, options);
}

/**
 * Goes on with a study that was stopped or killed, or that has ended and gets more trials: no trial that has ended is trained
 * again, and those that were under way go on from their checkpoints.
 *
 * @throws DataError for what is no study; ValueError for fewer trials than it was to have
 * @example const { best } = await runs.resumeTune('runs/photos-tune-1');
 */
export async function resumeTune(
  path: string,
  ...given: [options?: ResumeTuneOptions]
): Promise<Tuning> {
  const options = readResume(given);
  const { trials, budget, jobs = defaultJobs(), recipe } = options;
  requireCount('resumeTune', 'jobs', jobs, 256);
  const study = await StudyFolder.open(path);
  const { definition } = study;
  if (definition.wick !== version())
    throw new DataError(
      path,
      `was begun with wick ${definition.wick}, this is ${version()}: trials of both cannot be compared; use that version, or begin anew`,
    );
  const advice = 'trials on two engines cannot be compared: begin anew';
  requireFormerEngine(path, definition.engine.engine, advice);
  if (trials !== undefined) {
    requireCount('resumeTune', 'trials', trials, maxTrials);
    if (trials < definition.trials)
      throw new ValueError(
        'resumeTune',
        `trials=${trials}, but the study is to have ${definition.trials}; raise it or leave it out`,
      );
    requireGridTrials('resumeTune', definition, trials);
  }
  const changed = await study.with({
    ...(await requireCode(path, definition, recipe)),
    ...(trials !== undefined && { trials }),
    ...(budget !== undefined && { budget: secondsOf('resumeTune', budget) }),
  });
  return await goOn(changed, jobs, options);
}

async function define(data: string, options: TuneOptions, opening: Opening) {
  const {
    search = {},
    grid = {},
    seeds = 1,
    sampler = 'tpe',
    budget,
    settings: layer = {},
  } = options;
  requireOneOf('tune', 'sampler', sampler, ['tpe', 'random']);
  requireCount('tune', 'seeds', seeds, maxSeeds);
  const { settings, shared, task } = await openShared(data, layer as RawLayer, opening);
  const halving = halvingOf(options.halving ?? false, settings.epochs);
  const usual = variantsOf(settings);
  requireSpace(
    { search, grid },
    {
      resolve: (values) => settingsOfTask(task, shared, values),
      usual,
      halving: halving !== null,
    },
  );
  const trials = trialsOf(options);
  const threads =
    options.threads ??
    Math.max(1, Math.floor(availableParallelism() / (options.jobs ?? defaultJobs())));
  requireThreads('tune', 'threads', threads, 1);
  const definition: StudyDefinition = {
    format: 'wick-study/1',
    ...dataOf(data, task),
    settings: shared,
    search,
    grid: Object.fromEntries(Object.entries(grid).map(([key, values]) => [key, [...values]])),
    ...{ sampler, trials, seeds, halving },
    seed: settings.seed,
    epochs: settings.epochs,
    metric: judgedBy(settings),
    variants: usual,
    engine: { engine: currentEngine().name, threads, winograd: isWinogradAllowed() },
    budget: budget === undefined ? null : secondsOf('tune', budget),
    wick: version(),
  };
  return { definition, name: task.name };
}

/** What all trials share, a validation part among it. */
async function openShared(data: string, layer: RawLayer, opening: Opening) {
  const path = expand('data', layer.data) as { readonly path?: string } | undefined;
  const placed: RawLayer =
    typeof path?.path === 'string' ? { data: { ...path, path: resolve(path.path) } } : {};
  const seed = layer.seed ?? defaultGenerator.drawSeed();
  const shared = merge(merge({}, layer), { ...placed, seed });
  const opened = await (await prepare(data, shared)).open(opening);
  if (opened.task.val !== null) return { ...opened, shared };
  const validated = merge(shared, { split: { val: valShare } });
  return { ...(await (await prepare(data, validated)).open({})), shared: validated };
}

function halvingOf(given: boolean | Partial<Halving>, epochs: number): Halving | null {
  if (given === false) return null;
  const { reduction = 3, minEpochs = 1 } = given === true ? {} : given;
  requireCount('tune', 'halving.reduction', reduction, 1000, 2);
  requireCount('tune', 'halving.minEpochs', minEpochs, 100_000);
  if (minEpochs >= epochs)
    throw new ValueError(
      'tune',
      `halving needs more epochs than the ${minEpochs} of its first rung, ${epochs} are given; raise settings.epochs`,
    );
  return { reduction, minEpochs };
}

function trialsOf({ search = {}, grid = {}, trials }: TuneOptions): number {
  const size = gridSize(Object.entries(grid));
  const alone = Object.keys(search).length === 0;
  const count = trials ?? (alone ? size : 20);
  requireCount('tune', 'trials', count, maxTrials);
  if (count < size)
    throw new ValueError(
      'tune',
      `trials=${count} of a grid of ${size} combinations leave some untried; raise trials, or search: { key: { choice: […] } }`,
    );
  return alone ? size : count;
}

function requireGridTrials(
  subject: string,
  { search, grid }: StudyDefinition,
  trials: number,
): void {
  const size = gridSize(Object.entries(grid));
  if (Object.keys(search).length === 0 && trials > size)
    throw new ValueError(subject, `trials=${trials}, but the grid has ${size} combinations`);
}

function secondsOf(subject: string, budget: number | string): number {
  const seconds = expand('time', budget);
  if (typeof seconds === 'number' && seconds > 0 && seconds <= 1e8) return seconds;
  throw new ValueError(
    subject,
    `budget=${show(budget)} must be seconds above 0, or with a unit, such as 90s, 30m, 2h`,
  );
}

function defaultJobs(): number {
  return Math.min(4, availableParallelism());
}

function requireCount(subject: string, name: string, value: number, most: number, least = 1): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new ValueError(
      subject,
      `${name}=${show(value)} must be a whole number from ${least} to ${most.toLocaleString('en')}`,
    );
}
