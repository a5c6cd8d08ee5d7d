/** One batch out of a data set: what the loader does in its own thread and what its worker threads do. */
import { DataError, ValueError, WickError } from '../core/errors.js';
import type { Rng } from '../core/rng.js';
import { collateArrays } from './collate-arrays.js';
import type { Dataset } from './dataset.js';
import { sampleRng } from './streams.js';

/** How many samples of a batch are on their way at once: enough to keep decoders busy, few enough to fit in memory. */
const IN_FLIGHT = 8;

/** A batch to be fetched: its content depends on the data set and on nothing but what is here. */
export interface BatchTask {
  readonly seed: number;
  readonly epoch: number;
  /** Its number within the epoch. */
  readonly batch: number;
  readonly indices: readonly number[];
  /** For each sample, how often the epoch has shown it before. */
  readonly repeats: readonly number[];
}

export interface FetchOptions {
  /** What a `DataError` in a sample does: end the epoch, or leave the sample out. */
  readonly onError: 'throw' | 'skip';
  /** Whether the samples become a batch here; otherwise they stay a list. */
  readonly collate: boolean;
}

/** A sample that was left out because its file could not be used. */
export interface SkippedSample {
  readonly index: number;
  readonly path: string;
  readonly message: string;
}

/** A batch as plain arrays, or a list of samples; `content` is null when every sample was left out. */
export interface FetchedBatch {
  readonly content: unknown;
  /** The samples in it. */
  readonly indices: readonly number[];
  readonly skipped: readonly SkippedSample[];
}

export async function fetchBatch(
  dataset: Dataset<unknown>,
  task: BatchTask,
  { onError, collate }: FetchOptions,
): Promise<FetchedBatch> {
  const { seed, epoch, indices, repeats } = task;
  const rngOf = (k: number) => sampleRng(seed, epoch, indices[k] ?? 0, repeats[k]);
  requireRange(dataset, indices);
  if (collate && dataset.getBatch !== undefined)
    return { content: await dataset.getBatch(indices, rngOf), indices, skipped: [] };

  const outcomes = await getAll(dataset, indices, rngOf, onError);
  const samples: unknown[] = [];
  const kept: number[] = [];
  const skipped: SkippedSample[] = [];
  outcomes.forEach((outcome, k) => {
    const index = indices[k] ?? 0;
    if ('sample' in outcome) {
      samples.push(outcome.sample);
      kept.push(index);
    } else {
      const error = sampleError(dataset, index, outcome.error);
      if (onError === 'throw' || !(error instanceof DataError)) throw error;
      skipped.push({ index, path: error.path, message: error.message });
    }
  });
  if (samples.length === 0 && indices.length > 0) return { content: null, indices: kept, skipped };
  return { content: collate ? collateArrays(samples, kept) : samples, indices: kept, skipped };
}

type Outcome = { readonly sample: unknown } | { readonly error: unknown };

/** All samples, up to the first that fails where that ends the batch. Those before it are always there. */
async function getAll(
  dataset: Dataset<unknown>,
  indices: readonly number[],
  rngOf: (k: number) => Rng,
  onError: 'throw' | 'skip',
): Promise<Outcome[]> {
  const outcomes = new Array<Outcome>(indices.length);
  let next = 0;
  const takeTurns = async () => {
    while (next < indices.length) {
      const k = next++;
      try {
        const sample = dataset.get(indices[k] ?? 0, rngOf(k));
        outcomes[k] = { sample: sample instanceof Promise ? await sample : sample };
      } catch (error) {
        outcomes[k] = { error };
        if (onError === 'throw') next = indices.length;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, indices.length) }, takeTurns));
  return outcomes;
}

/** The error with the sample's index and file in its message. */
function sampleError(dataset: Dataset<unknown>, index: number, cause: unknown): WickError {
  if (cause instanceof DataError) {
    const detail = cause.message.slice(cause.subject.length + 2);
    return new DataError(cause.path, `sample ${index}: ${detail}`, { cause });
  }
  const path = dataset.pathOf?.(index);
  const where = path === undefined ? `sample ${index}` : `sample ${index} (${path})`;
  return new WickError('DataLoader', `${where}: ${cause}`, { cause });
}

function requireRange(dataset: Dataset<unknown>, indices: readonly number[]): void {
  for (const index of indices)
    if (!Number.isInteger(index) || index < 0 || index >= dataset.length)
      throw new ValueError(
        'DataLoader',
        `the sampler gave index ${index}, the data set has the samples 0 to ${dataset.length - 1}`,
      );
}
