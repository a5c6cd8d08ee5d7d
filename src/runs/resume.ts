/** Going on with a run that was stopped or killed, to the same bits as if it had not been. */
import { CheckpointError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import type { Task } from '../recipes/recipe.js';
import type { Settings, SettingsLayer } from '../recipes/settings/schema.js';
import { differences } from './differences.js';
import { type Opening, reprepare } from './prepare.js';
import { readRunConfig } from './run-config.js';
import { configOf } from './run-facts.js';
import { RunFolder } from './run-folder.js';
import type { TrainedRun } from './train.js';
import { type TrainRequest, trainTask } from './train-task.js';

export interface OpenResumeOptions extends Opening {
  /** What is asked for now: more epochs, another place of the pictures, or what the run has anyway. Something else needs `force`. */
  readonly settings?: SettingsLayer;
  /** The run's recipe file, where it is not where it was, or has not been run on this machine. */
  readonly recipe?: string;
  /** Go on although something is not as it was; `changed` tells what. @default false */
  readonly force?: boolean;
}

export interface ResumeOptions
  extends OpenResumeOptions,
    Pick<TrainRequest, 'callbacks' | 'signal' | 'tensorboard'> {
  /** Whether pictures are drawn while it trains, and report.html is written at the end. @default true */
  readonly report?: boolean;
}

/** A run that is ready to go on by `trainTask`. */
export interface OpenedResume {
  readonly run: RunFolder;
  readonly task: Task;
  readonly settings: Settings;
  /** What is not as it was, by name. */
  readonly changed: readonly string[];
}

const opening = {
  download: true,
  onProgress: true,
  onCache: true,
  settings: true,
  recipe: true,
  force: true,
} as const;
const readOpening = optionReader<OpenResumeOptions>('openResume', opening);
const readOptions = optionReader<ResumeOptions>('resume', {
  ...opening,
  report: true,
  tensorboard: true,
  callbacks: true,
  signal: true,
});

/**
 * Opens a run again and makes sure that it can go on to the bit: with the same data, settings, engine and version of wick.
 *
 * @throws CheckpointError that names what has changed, unless `force`
 */
export async function openResume(
  path: string,
  ...given: [options?: OpenResumeOptions]
): Promise<OpenedResume> {
  const { settings: layer = {}, recipe, force = false, ...opening } = readOpening(given);
  const run = await RunFolder.reopen(path);
  const then = await readRunConfig(run);
  const { open } = await reprepare(path, then, layer, recipe);
  const { task, settings } = await open(opening);
  const changed = differences(then, await configOf(task, settings));
  if (changed.length > 0 && !force)
    throw new CheckpointError(
      path,
      `cannot go on to the same bits: ${changed.join('; ')}; make it as it was, or pass { force: true }`,
    );
  const fixed = changed.filter((text) => /^(optimizer|schedule|warmup) was /.test(text));
  if (fixed.length > 0)
    throw new CheckpointError(
      path,
      `${fixed.join('; ')}: the checkpoint has the state of what it was, so that not even { force: true } goes on with another; leave it out, or train anew`,
    );
  return { run, task, settings, changed };
}

/**
 * Goes on with a run that was stopped or killed. Its weights and logs end up as those of a run that never was; one that
 * has ended goes on where `settings` raise its epochs. A schedule keeps the length that it was made for, and stays at its
 * end from there on.
 *
 * @throws CheckpointError that names what has changed since (data, settings, engine, version), unless `force`
 * @example const { summary } = await runs.resume('runs/photos-1');
 */
export async function resume(
  path: string,
  ...given: [options?: ResumeOptions]
): Promise<TrainedRun> {
  const { report = true, tensorboard = false, callbacks, signal, ...request } = readOptions(given);
  const { changed, ...opened } = await openResume(path, request);
  for (const text of changed)
    for (const callback of callbacks ?? []) callback.onNote?.(`goes on although ${text}`);
  const outcome = await trainTask({
    ...opened,
    report,
    tensorboard,
    force: changed.length > 0,
    ...(callbacks && { callbacks }),
    ...(signal && { signal }),
  });
  return { run: opened.run, ...outcome };
}
