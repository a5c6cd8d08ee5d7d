/** Running a run again, and comparing what comes out. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CheckpointError, DataError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { codeChange } from './differences.js';
import type { Opening } from './prepare.js';
import { type OpenedResume, openResume } from './resume.js';
import { RunFolder } from './run-folder.js';
import { readSteering } from './steering/steering-log.js';
import { type TrainOutcome, type TrainRequest, trainTask } from './train-task.js';

/** The files that are the same in every run of one configuration. */
export const reproducible = [
  'metrics.jsonl',
  'steps.jsonl',
  'checkpoints/best.safetensors',
  'checkpoints/last.safetensors',
] as const;

export interface ReproduceOptions extends Opening, Pick<TrainRequest, 'signal' | 'callbacks'> {
  /** Where the pictures are now, if not where the run had them. */
  readonly data?: string;
  /** The run's recipe file, where it is not where it was, or has not been run on this machine. */
  readonly recipe?: string;
  /** Train although the recipe file is not as it was: what comes out is another run's. @default false */
  readonly force?: boolean;
  /** The new run's folder, empty or absent. @default the next free `runs/<run>-again-<n>` */
  readonly out?: string;
  /** Called before the training begins. */
  readonly onOpened?: (opened: OpenedResume) => void;
}

/** One file of both runs. */
export interface Comparison {
  readonly file: string;
  /** SHA-256, in hexadecimal digits; null where there is no such file. */
  readonly before: string | null;
  readonly after: string | null;
}

export interface Reproduction extends TrainOutcome {
  readonly run: RunFolder;
  readonly files: readonly Comparison[];
  /** Whether all files are the same, byte for byte. */
  readonly same: boolean;
  /** What is not as it was (data, engine, version), and may be why they are not. */
  readonly changed: readonly string[];
}

const readOptions = optionReader<ReproduceOptions>('reproduce', {
  download: true,
  onProgress: true,
  onCache: true,
  signal: true,
  callbacks: true,
  data: true,
  recipe: true,
  force: true,
  out: true,
  onOpened: true,
});

/**
 * Trains a run again by its config.json, into another folder, and compares weights and logs by their SHA-256.
 *
 * @throws DataError where the run has not ended: `resume` it first
 * @example const { same, files } = await runs.reproduce('runs/photos-1');
 */
export async function reproduce(
  path: string,
  ...given: [options?: ReproduceOptions]
): Promise<Reproduction> {
  const { data, out, onOpened, callbacks, signal, force = false, ...opening } = readOptions(given);
  const opened = await openResume(path, {
    ...opening,
    ...(data !== undefined && { settings: { data } }),
    force: true,
  });
  const { task, settings, changed } = opened;
  const code = changed.find((text) => text.startsWith(codeChange));
  if (code !== undefined && !force)
    throw new CheckpointError(
      path,
      `cannot be reproduced: ${code}; make it as it was, or pass { force: true }`,
    );
  await requireEnded(opened);
  const run = await RunFolder.create(`${opened.run.name}-again`, out);
  onOpened?.({ ...opened, run });
  const outcome = await trainTask({
    task,
    settings,
    run,
    steering: await readSteering(opened.run),
    ...(callbacks && { callbacks }),
    ...(signal && { signal }),
  });
  const files = await Promise.all(
    reproducible.map(async (file) => {
      const [before, after] = await Promise.all(
        [opened.run, run].map((of) => hashOf(of.file(file))),
      );
      return { file, before: before ?? null, after: after ?? null };
    }),
  );
  const same = files.every(({ before, after }) => before === after);
  return { ...outcome, run, files, same, changed };
}

/** A run that was stopped has less than a run of its configuration. */
async function requireEnded({ run, settings }: OpenedResume): Promise<void> {
  const lines = await run.readLog('metrics.jsonl');
  const epochs = lines.at(-1)?.epoch ?? 0;
  const summary = (await run.read('summary.json').catch(() => ({}))) as { stopReason?: unknown };
  if (epochs >= settings.epochs || typeof summary.stopReason === 'string') return;
  throw new DataError(
    run.path,
    `has ${epochs} of ${settings.epochs} epochs, a run that has ended is required; wick train --resume ${run.path} goes on with it`,
  );
}

async function hashOf(path: string): Promise<string | null> {
  const bytes = await readFile(path).catch(() => null);
  return bytes && createHash('sha256').update(bytes).digest('hex');
}
