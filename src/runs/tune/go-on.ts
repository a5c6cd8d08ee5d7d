/** A study at work: its trainings in processes of their own, what they find in its folder. */
import { availableParallelism } from 'node:os';
import { mean, std } from '../compare/spread.js';
import { RunFolder } from '../run-folder.js';
import { readRunSummary } from '../run-summary.js';
import { bestConfigYaml } from './best-config.js';
import { type Importance, importances } from './importance.js';
import type { Plan } from './job.js';
import { ranking } from './plan.js';
import { runStudy } from './run-study.js';
import { planOf, type StudyDefinition } from './study-definition.js';
import type { StudyFolder } from './study-folder.js';
import { writePictures } from './study-pictures.js';
import type { TrialRequest } from './train-trial.js';
import { trainInChild } from './trial-child.js';
import { trialLayer } from './trial-layer.js';
import type { TrialRecord } from './trial-record.js';
import { activeValues } from './variants.js';

/** What a study tells while it goes on. */
export interface Watching {
  /** Stops it: trainings that are under way are saved, and go on when it does. */
  readonly signal?: AbortSignal;
  /** Called before the first training. */
  readonly onStart?: (
    study: { readonly path: string; readonly definition: StudyDefinition },
    records: readonly TrialRecord[],
  ) => void;
  /** Called when a trial has ended, or has come to where it is compared. */
  readonly onRecord?: (record: TrialRecord, records: readonly TrialRecord[]) => void;
  /** Called after each epoch of a training with the objective's value, by the trial's number and the place of the seed. */
  readonly onEpoch?: (trial: number, seed: number, epoch: number, value: number) => void;
}

/** What a study has found. */
export interface Tuning {
  /** Its folder. */
  readonly path: string;
  readonly definition: StudyDefinition;
  /** Every job that has ended, in their order. */
  readonly records: readonly TrialRecord[];
  /** Each trial's last record, the best first; those that failed last. */
  readonly ranked: readonly TrialRecord[];
  /** The best trial that did not fail; with halving, of those that came furthest. */
  readonly best: TrialRecord | null;
  /** Accuracy of the best trial's trainings on the test set, on which nothing was chosen; null where it is not measured yet. */
  readonly test: { readonly mean: number; readonly std: number | null } | null;
  /** How much each setting mattered; empty where there were too few trials. */
  readonly importances: readonly Importance[];
  /** Why it ended before all were tried; null where it did not. */
  readonly stopped: 'signal' | 'budget' | null;
  /** The best settings as a file for `wick train --config`; null where there are none. */
  readonly config: string | null;
}

/** How often the time that is taken is written down. */
const noteMs = 5000;

export async function goOn(study: StudyFolder, jobs: number, watching: Watching): Promise<Tuning> {
  const { definition } = study;
  const { signal, onStart, onRecord, onEpoch } = watching;
  const mark = await study.claim();
  const controller = new AbortController();
  const stop = () => controller.abort();
  signal?.addEventListener('abort', stop);
  if (signal?.aborted) stop();
  const before = await study.elapsed();
  const begun = performance.now();
  const elapsed = () => before + (performance.now() - begun) / 1000;
  const clock = setInterval(() => void study.saveElapsed(elapsed()).catch(() => {}), noteMs);
  const { budget } = definition;
  let isOver = false;
  const alarm = setTimeout(
    () => {
      isOver = true;
      stop();
    },
    budget === null ? 2 ** 31 - 1 : Math.max(0, Math.min(2 ** 31 - 1, 1000 * (budget - before))),
  );
  try {
    const found = await study.records();
    onStart?.(study, found);
    const plan = planOf(definition, (values) => activeValues(values, definition.variants));
    const seeds = Array.from(
      { length: definition.seeds },
      (_, i) => (definition.seed + i) % 2 ** 32,
    );
    const workers = Math.max(1, Math.min(8, Math.floor(availableParallelism() / jobs) - 1));
    const records = await runStudy({
      ...{ plan, seeds, jobs, records: found },
      signal: controller.signal,
      train: (job, seed) => {
        const request: TrialRequest = {
          run: study.runOf(job.trial, seed),
          data: definition.data,
          layer: trialLayer(definition, job.values, seeds[seed] ?? 0),
          epochs: job.epochs,
          metric: definition.metric,
          engine: definition.engine,
          workers,
        };
        return trainInChild(request, {
          signal: controller.signal,
          ...(onEpoch && {
            onEpoch: (epoch, value) => onEpoch(job.trial, seed, epoch, value),
          }),
        });
      },
      onRecord: async (record, all) => {
        await study.saveRecords(all);
        onRecord?.(record, all);
      },
    });
    const stopped = signal?.aborted ? 'signal' : isOver ? 'budget' : null;
    return await summarize(study, plan, records, stopped);
  } finally {
    controller.abort();
    signal?.removeEventListener('abort', stop);
    clearInterval(clock);
    clearTimeout(alarm);
    await study.saveElapsed(elapsed()).catch(() => {}); // what is wrong with the disk has been told
    await mark.remove();
  }
}

async function summarize(
  study: StudyFolder,
  plan: Plan,
  records: readonly TrialRecord[],
  stopped: Tuning['stopped'],
): Promise<Tuning> {
  const { definition } = study;
  const ranked = ranking(records, plan.minimize);
  const best = ranked[0]?.value == null ? null : ranked[0];
  if (best !== null) await study.write('best.yaml', await bestConfigYaml(definition, best));
  const tuning: Tuning = {
    path: study.path,
    ...{ definition, records, ranked, best, stopped },
    test: best && (await testOf(study, best)),
    importances: importances(plan, records),
    config: best && study.file('best.yaml'),
  };
  await writePictures(study, tuning);
  return tuning;
}

/** Of the weights that the validation part chose. */
async function testOf(study: StudyFolder, { trial, seeds }: TrialRecord): Promise<Tuning['test']> {
  const summaries = await Promise.all(
    seeds.map(async (_, seed) => {
      const run = await RunFolder.open(study.runOf(trial, seed)).catch(() => null); // removed, to have room
      return run && (await readRunSummary(run));
    }),
  );
  const accuracies = summaries.flatMap((summary) => summary?.test?.accuracy ?? []);
  if (accuracies.length < seeds.length) return null;
  return { mean: mean(accuracies), std: std(accuracies) };
}
