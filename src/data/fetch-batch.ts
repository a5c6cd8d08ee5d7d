/** One batch out of a data set: what the loader does in its own thread and what its worker threads do. */
import { DataError, ValueError, WickError } from '../core/errors.js';
import { collateArrays, firstFloats } from './collate-arrays.js';
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

/** Fetches batches of one data set. */
export class BatchFetcher {
  /** Numbers in a sample's first array, as the last batch had them; 0 while there is none, null where no data set writes in place. */
  private sampleSize: number | null = 0;

  constructor(
    private readonly dataset: Dataset<unknown>,
    private readonly options: FetchOptions,
  ) {}

  /** @param spare Memory that may be used for the batch. */
  async fetch(task: BatchTask, spare?: ArrayBuffer): Promise<FetchedBatch> {
    const { dataset } = this;
    const { onError, collate } = this.options;
    const { seed, epoch, indices, repeats } = task;
    const rngOf = (k: number) => sampleRng(seed, epoch, indices[k] ?? 0, repeats[k]);
    requireRange(dataset, indices);
    if (collate && dataset.getBatch !== undefined)
      return { content: await dataset.getBatch(indices, rngOf), indices, skipped: [] };

    const size = collate ? this.sampleSize : null;
    const memory = size ? new Memory(indices.length, size, spare) : null;
    const get = (k: number) => dataset.get(indices[k] ?? 0, rngOf(k), memory?.place(k));
    const outcomes = await getAll(indices.length, get, onError);
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
    if (samples.length === 0 && indices.length > 0)
      return { content: null, indices: kept, skipped };
    if (!collate) return { content: samples, indices: kept, skipped };
    this.learn(samples[0], memory);
    // Where a sample is missing, those after it are not where they go.
    const content = collateArrays(samples, kept, skipped.length === 0 ? memory?.data : undefined);
    return { content, indices: kept, skipped };
  }

  private learn(sample: unknown, memory: Memory | null): void {
    const floats = firstFloats(sample);
    const unused = memory !== null && floats?.buffer !== memory.data.buffer;
    this.sampleSize = unused || this.sampleSize === null ? null : (floats?.length ?? null);
  }
}

/** The memory of a batch in which each sample has its place. */
class Memory {
  readonly data: Float32Array;

  constructor(
    samples: number,
    private readonly size: number,
    spare?: ArrayBuffer,
  ) {
    const length = samples * size;
    const fits = spare !== undefined && spare.byteLength >= 4 * length;
    this.data = fits ? new Float32Array(spare, 0, length) : new Float32Array(length);
  }

  place(k: number): Float32Array {
    return this.data.subarray(k * this.size, (k + 1) * this.size);
  }
}

type Outcome = { readonly sample: unknown } | { readonly error: unknown };

/** All samples, up to the first that fails where that ends the batch. Those before it are always there. */
async function getAll(
  count: number,
  get: (k: number) => unknown,
  onError: 'throw' | 'skip',
): Promise<Outcome[]> {
  const outcomes = new Array<Outcome>(count);
  let next = 0;
  const takeTurns = async () => {
    while (next < count) {
      const k = next++;
      try {
        const sample = get(k);
        outcomes[k] = { sample: sample instanceof Promise ? await sample : sample };
      } catch (error) {
        outcomes[k] = { error };
        if (onError === 'throw') next = count;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, count) }, takeTurns));
  return outcomes;
}

/** The error with the sample's index and file in its message. */
function sampleError(dataset: Dataset<unknown>, index: number, cause: unknown): WickError {
  if (cause instanceof DataError) {
    return new DataError(cause.path, `sample ${index}: ${cause.detail}`, { cause });
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
