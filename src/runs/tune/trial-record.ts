/** What became of a job of a study: a line of trials.jsonl. */
import { z } from 'zod';
import { checkJson } from '../../io/json-file.js';
import { mean, std } from '../compare/spread.js';
import type { Job } from './job.js';

const record = z.strictObject({
  job: z.int().min(1),
  trial: z.int().min(1),
  values: z.record(z.string(), z.unknown()),
  epochs: z.int().min(1),
  value: z.number().nullable(),
  std: z.number().nullable(),
  seeds: z.array(
    z.strictObject({ seed: z.int(), value: z.number().nullable(), epoch: z.int().nullable() }),
  ),
  failed: z.string().optional(),
});

/** A trial, trained up to `epochs`. */
export interface TrialRecord extends Job {
  /** The best of the objective on the validation part, a mean over seeds; null where it failed. */
  readonly value: number | null;
  /** Its standard deviation over seeds; null of one. */
  readonly std: number | null;
  /** Each training, with the epoch at which it was best. */
  readonly seeds: readonly {
    readonly seed: number;
    readonly value: number | null;
    readonly epoch: number | null;
  }[];
  /** Why it failed. */
  readonly failed?: string | undefined;
}

/** What a training of a trial has come to. */
export type TrainingResult =
  | { readonly state: 'done'; readonly value: number; readonly epoch: number }
  | { readonly state: 'failed'; readonly reason: string }
  | { readonly state: 'interrupted' };

/** The record of a job by its trainings, seed by seed; null where one was interrupted. */
export function recordOf(
  job: Job,
  seeds: readonly number[],
  results: readonly TrainingResult[],
): TrialRecord | null {
  if (results.some(({ state }) => state === 'interrupted')) return null;
  const values = results.flatMap((result) => (result.state === 'done' ? result.value : []));
  const failures = results.flatMap((result, i) =>
    result.state === 'failed' ? `seed ${seeds[i]}: ${result.reason}` : [],
  );
  const [failed] = failures;
  return {
    job: job.job,
    trial: job.trial,
    values: job.values,
    epochs: job.epochs,
    value: failed === undefined ? mean(values) : null,
    std: failed === undefined ? std(values) : null,
    seeds: results.map((result, i) => ({
      seed: seeds[i] ?? 0,
      value: result.state === 'done' ? result.value : null,
      epoch: result.state === 'done' ? result.epoch : null,
    })),
    ...(failed !== undefined && { failed }),
  };
}

/** Lines of JSON, in the order of their numbers. */
export function formatRecords(records: readonly TrialRecord[]): string {
  const sorted = [...records].sort((a, b) => a.job - b.job);
  return sorted.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** @throws DataError that names the line */
export function parseRecords(path: string, text: string): TrialRecord[] {
  return text.split('\n').flatMap((line, i) => {
    if (line === '') return [];
    const advice = `see line ${i + 1}; the file may be damaged`;
    return checkJson(path, record, parsed(line), advice);
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line; // no record either, which the check says
  }
}
