/** Does a study's jobs, several trainings at once, until there are no more. */
import { setMaxListeners } from 'node:events';
import type { Job, Plan } from './job.js';
import { nextJob } from './plan.js';
import { recordOf, type TrainingResult, type TrialRecord } from './trial-record.js';

export interface StudyRun {
  readonly plan: Plan;
  /** The seeds of each trial. */
  readonly seeds: readonly number[];
  /** Of jobs that have ended before. */
  readonly records: readonly TrialRecord[];
  /** Trainings at once. */
  readonly jobs: number;
  readonly signal: AbortSignal;
  /** Trains a trial by the seed at a place of `seeds`. */
  readonly train: (job: Job, seed: number) => Promise<TrainingResult>;
  /** Called, one after the other, with each new record and all there are. */
  readonly onRecord: (record: TrialRecord, records: readonly TrialRecord[]) => Promise<void>;
}

/** Returns all records, in the order of their numbers; fewer than there could be where the signal ended it. */
export async function runStudy({
  plan,
  seeds,
  records,
  jobs: slots,
  signal,
  train,
  onRecord,
}: StudyRun): Promise<TrialRecord[]> {
  setMaxListeners(0, signal);
  const jobs: Job[] = [];
  const ended = new Map(records.map((record) => [record.job, record]));
  const all = () => [...ended.values()].sort((a, b) => a.job - b.job);
  const running = new Set<Promise<void>>();
  const take = limited(slots);
  let told = Promise.resolve();

  const work = async (job: Job) => {
    const results = await Promise.all(
      seeds.map((_, seed) =>
        take(
          async (): Promise<TrainingResult> =>
            signal.aborted ? { state: 'interrupted' } : await train(job, seed),
        ),
      ),
    );
    const record = recordOf(job, seeds, results);
    if (record === null) return;
    ended.set(job.job, record);
    told = told.then(() => onRecord(record, all()));
    await told;
  };

  for (;;) {
    while (!signal.aborted) {
      const outcomes = jobs.map(({ job }) => ended.get(job));
      // What was done counts as it was done: with more trials than then, another job would come now.
      const next = ended.get(jobs.length + 1) ?? nextJob(plan, jobs, outcomes);
      if (typeof next === 'string') break;
      jobs.push(next);
      if (ended.has(next.job)) continue;
      const task = work(next).finally(() => running.delete(task));
      running.add(task);
    }
    if (running.size === 0) return all();
    await Promise.race(running);
  }
}

/** At most `count` of what it is given at once, in the order in which it was given. */
function limited(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
