/** One training of a trial: begun, gone on with, or found to have ended already. */
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CheckpointError, DataError, reasonOf } from '../../core/errors.js';
import { makeFolders } from '../../core/make-folders.js';
import { markFolder } from '../../io/atomic.js';
import type { RawLayer } from '../../recipes/settings/layers.js';
import type { Callback, Training } from '../../train/callback.js';
import type { EpochEvent } from '../../train/metrics.js';
import type { CallbackState } from '../../train/trainer-state.js';
import { bestLine, heldOutLines } from '../best-epoch.js';
import { prepare } from '../prepare.js';
import { type OpenedResume, openResume } from '../resume.js';
import { RunFolder } from '../run-folder.js';
import { readRunSummary } from '../run-summary.js';
import { trainTask } from '../train-task.js';
import type { StudyDefinition } from './study-definition.js';
import type { TrainingResult } from './trial-record.js';

/** What a process that trains a trial is told. */
export interface TrialRequest {
  /** The run folder; what is there already is gone on with. */
  readonly run: string;
  readonly data: string;
  /** All settings on top of the recipe's defaults, the seed among them. */
  readonly layer: RawLayer;
  /** Train up to the end of this epoch. */
  readonly epochs: number;
  readonly metric: StudyDefinition['metric'];
  readonly engine: StudyDefinition['engine'];
  /** Threads that load pictures from files beside it. */
  readonly workers: number;
}

interface TrialOptions {
  readonly signal?: AbortSignal;
  readonly onEpoch?: (event: EpochEvent) => void;
}

/** Why a training ends that is compared with others now and may go on later. */
const rungReason = (epochs: number) => `it is compared with other trials after ${epochs} epochs`;

/** Trains, or goes on, until its epochs are over; what goes wrong with it is its result. */
export async function trainTrial(
  request: TrialRequest,
  { signal, onEpoch }: TrialOptions = {},
): Promise<TrainingResult> {
  const { run: path, epochs } = request;
  try {
    await makeFolders(path);
    await waitUntilFree(path);
    const before = await resultOf(request);
    if (before !== null) return before;
    const { run, task, settings } = await open(request);
    const { workers } = settings.loader;
    const own = task.train.getBatch === undefined ? (workers ?? request.workers) : workers;
    await trainTask({
      ...{ run, task },
      settings: { ...settings, loader: { ...settings.loader, workers: own } },
      callbacks: [
        ...(epochs < settings.epochs ? [new Until(epochs)] : []),
        ...(onEpoch ? [{ onEpoch }] : []),
      ],
      ...(signal && { signal }),
    });
    if (signal?.aborted) return { state: 'interrupted' };
    return (
      (await resultOf(request)) ?? { state: 'failed', reason: 'it ended without a measured epoch' }
    );
  } catch (error) {
    if (signal?.aborted) return { state: 'interrupted' };
    return { state: 'failed', reason: reasonOf(error) };
  }
}

/** Ends a training after an epoch; at once where its checkpoint is of then, and only the end was not written down. */
class Until implements Callback {
  readonly stateKey = 'SuccessiveHalving';
  private training: Training | null = null;
  private ended = 0;

  constructor(private readonly epochs: number) {}

  onFitStart(training: Training): void {
    this.training = training;
  }

  onEpoch({ epoch }: EpochEvent): void {
    this.ended = epoch;
    if (epoch >= this.epochs) this.training?.stop(rungReason(epoch));
  }

  stateDict(): CallbackState {
    return { data: { ended: this.ended } };
  }

  loadStateDict({ data }: CallbackState): void {
    const { ended } = data as { readonly ended: number }; // as `stateDict` wrote it
    this.ended = ended;
    if (ended >= this.epochs) this.training?.stop(rungReason(ended));
  }
}

/** The result of a run that has trained so far; null where it has not. */
async function resultOf({
  run: path,
  epochs,
  metric,
}: TrialRequest): Promise<TrainingResult | null> {
  if (!(await isThere(join(path, 'summary.json')))) return null;
  const run = await RunFolder.open(path);
  const summary = await readRunSummary(run);
  if (summary === null || summary.interrupted) return null;
  if (summary.failed !== undefined) return { state: 'failed', reason: summary.failed };
  const { epochs: done, stopReason } = summary;
  const endedItself = stopReason !== null && stopReason !== rungReason(done);
  if (done < epochs && !endedItself) return null;
  const best = bestLine(heldOutLines(await run.readLog('metrics.jsonl'), epochs), metric);
  return best && { state: 'done', value: best[metric], epoch: best.epoch };
}

/** The training where it is; from its beginning where nothing can be gone on with. */
async function open(
  request: TrialRequest,
): Promise<Pick<OpenedResume, 'run' | 'task' | 'settings'>> {
  const { run: path, data, layer } = request;
  if (await isThere(join(path, 'config.json')))
    try {
      return await openResume(path, { download: false });
    } catch (error) {
      // Torn by a crash of the machine, or of another version: its trial is not done, and begins anew.
      const own = error instanceof DataError && error.path.startsWith(path);
      if (!own && !(error instanceof CheckpointError)) throw error;
    }
  await rm(path, { recursive: true, force: true });
  const { open: openTask } = await prepare(data, layer);
  const opened = await openTask({});
  return { run: await RunFolder.create(opened.task.name, path), ...opened };
}

/** The process of a study that was killed ends its trainings a moment later. */
async function waitUntilFree(path: string): Promise<void> {
  for (let i = 0; i < 300; i++) {
    const mark = await markFolder(path, 'training');
    if (typeof mark !== 'number') return await mark.remove();
    await delay(200);
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
