import { DataError, ValueError, WickError } from '../core/errors.js';
import { type OptionNames, optionReader, requireOneOf, requireWhole } from '../core/options.js';
import type { Rng } from '../core/rng.js';
import { requireThreads } from '../core/threads.js';
import { defaultGenerator, type Generator as RandomGenerator } from '../tensor/generator.js';
import type { Tensor } from '../tensor/tensor.js';
import { type Collated, toTensors } from './collate.js';
import { firstFloats } from './collate-arrays.js';
import type { Dataset, Sample } from './dataset.js';
import {
  BatchFetcher,
  type BatchTask,
  type FetchedBatch,
  type SkippedSample,
} from './fetch-batch.js';
import { type BatchTransform, pairOf, pairOfTensors } from './pair-batch.js';
import {
  type Batches,
  BatchSampler,
  RandomSampler,
  type Sampler,
  SequentialSampler,
} from './samplers.js';
import { batchRng, orderRng } from './streams.js';
import { requireWorkerSpec } from './worker-spec.js';
import type { ModuleFunction } from './workers/protocol.js';
import { WorkerPool } from './workers/worker-pool.js';

export interface DataLoaderOptions<T, B> {
  /** @default 1 */
  readonly batchSize?: number;
  /** Another random order for each epoch. @default false */
  readonly shuffle?: boolean;
  /** Which samples, in which order; instead of `shuffle`. */
  readonly sampler?: Sampler;
  /** Which samples in which batch; instead of `batchSize`, `shuffle`, `sampler` and `dropLast`. */
  readonly batchSampler?: Batches;
  /** Leave out the last batch when it is smaller than the others. @default false */
  readonly dropLast?: boolean;
  /**
   * Makes a batch of samples; `rng` belongs to the batch. It runs in the calling thread, where samples that come from
   * workers are plain data without their classes. @default defaultCollate
   */
  readonly collate?: (samples: readonly T[], rng: Rng) => B;
  /**
   * Changes a collated batch of pictures and labels before it becomes tensors, in the calling thread; `rng` belongs to the
   * batch. `transforms.MixUp` and `CutMix` are such, and `RandomChoice` of both. Not with `collate`.
   */
  readonly batchTransform?: BatchTransform;
  /**
   * Changes the pictures of each batch of pictures and labels once they are a tensor, so that a GPU computes it: what goes there
   * need not be what a network takes, bytes for instance (`transforms.bytesFirst`). Not with `collate`.
   */
  readonly tensorTransform?: (images: Tensor) => Tensor;
  /** Where all randomness comes from, with epoch and index. @default drawn from `generator` by the first loop */
  readonly seed?: number;
  /** @default the generator that `manualSeed` seeds */
  readonly generator?: RandomGenerator;
  /** Threads that fetch batches ahead, up to 256; 0 fetches in the calling thread. The batches are the same. @default 0 */
  readonly numWorkers?: number;
  /** Accepted for PyTorch's sake: memory that is pinned for a GPU has no meaning here. @default false */
  readonly pinMemory?: boolean;
  /** Seconds to wait for a batch from the workers; 0 waits for ever. @default 0 */
  readonly timeout?: number;
  /** A module's function that each worker calls first, with its number. */
  readonly workerInit?: ModuleFunction;
  /** Batches that each worker fetches ahead. @default 2 */
  readonly prefetchFactor?: number;
  /** Keep the workers between epochs; `close()` ends them. @default false */
  readonly persistentWorkers?: boolean;
  /**
   * Write batches into the memory of earlier ones: a batch is then good until the next one is asked for, and whoever keeps
   * it longer copies it. Saves finding and clearing new memory for each, which large pictures take as long for as for
   * everything else. @default false
   */
  readonly reuseMemory?: boolean;
  /** What a file that cannot be used does: end the epoch, or be left out and listed in `skipped`. @default 'throw' */
  readonly onError?: 'throw' | 'skip';
}

/** Whatever the types of its samples and batches, a loader has these options. */
const names: OptionNames<DataLoaderOptions<unknown, unknown>> = {
  batchSize: true,
  shuffle: true,
  sampler: true,
  batchSampler: true,
  numWorkers: true,
  collate: true,
  batchTransform: true,
  tensorTransform: true,
  pinMemory: true,
  dropLast: true,
  timeout: true,
  workerInit: true,
  generator: true,
  prefetchFactor: true,
  persistentWorkers: true,
  seed: true,
  reuseMemory: true,
  onError: true,
};
const readOptions = optionReader<object>('DataLoader', names, {
  collateFn: 'it is called collate',
  workerInitFn: 'it is called workerInit',
});

/** Where a loader is in its stream of batches. */
export interface DataLoaderState {
  readonly seed: number;
  readonly epoch: number;
  /** Batches of this epoch that have been handed out. */
  readonly batch: number;
}

/**
 * Batches of a data set, as tensors. Each loop over the loader is an epoch. What it gives depends on seed, epoch and
 * index alone: not on the number of workers, nor on what came before.
 *
 * @example
 * const loader = new DataLoader(dataset, { batchSize: 32, shuffle: true, seed: 42 });
 * for await (const [x, y] of loader) step(x, y); // x float32 [32, C, H, W], y int32 [32]
 */
export class DataLoader<T = Sample, B = Collated<T>> implements AsyncIterable<B> {
  /** Batches per epoch. */
  readonly length: number;
  /** Whether each epoch has an order of its own; null where a sampler says it. */
  readonly isShuffled: boolean | null;

  private givenSeed: number | null;
  private readonly generator: RandomGenerator;
  private readonly batches: Batches;
  private readonly options: Required<
    Pick<DataLoaderOptions<T, B>, 'numWorkers' | 'timeout' | 'prefetchFactor' | 'onError'>
  >;
  private readonly collate: ((samples: readonly T[], rng: Rng) => B) | null;
  private readonly batchTransform: BatchTransform | null;
  private readonly tensorTransform: ((images: Tensor) => Tensor) | null;
  private readonly workerInit: ModuleFunction | null;
  private readonly persistentWorkers: boolean;
  private readonly reuseMemory: boolean;
  /** What fetches in the calling thread, and in others. */
  private fetcher: BatchFetcher | null = null;
  private pool: WorkerPool | null = null;
  /** Memory of batches that are no longer looked at. */
  private readonly spare: ArrayBuffer[] = [];

  /** Where the next loop begins. */
  private next = { epoch: 0, batch: 0 };
  /** Where the current loop is. */
  private position = this.next;
  private readonly skippedByIndex = new Map<number, SkippedSample>();

  constructor(
    readonly dataset: Dataset<T>,
    ...given: [options?: DataLoaderOptions<T, B>]
  ) {
    const options = readOptions(given) as DataLoaderOptions<T, B>; // its names are checked
    const { numWorkers = 0, timeout = 0, prefetchFactor = 2, onError = 'throw' } = options;
    requireThreads('DataLoader', 'numWorkers', numWorkers, 0);
    requireWhole('DataLoader', { prefetchFactor });
    requireOneOf('DataLoader', 'onError', onError, ['throw', 'skip']);
    this.options = { numWorkers, timeout, prefetchFactor, onError };
    this.batches = batchesOf(dataset, options);
    this.length = this.batches.length;
    const ordered = options.sampler ?? options.batchSampler;
    this.isShuffled = ordered === undefined ? (options.shuffle ?? false) : null;
    this.collate = options.collate ?? null;
    this.batchTransform = options.batchTransform ?? null;
    this.tensorTransform = options.tensorTransform ?? null;
    for (const name of ['batchTransform', 'tensorTransform'] as const)
      if (this.collate !== null && this[name] !== null)
        throw new ValueError('DataLoader', `collate excludes ${name}; apply it in collate`);
    this.workerInit = options.workerInit ?? null;
    this.persistentWorkers = options.persistentWorkers ?? false;
    this.reuseMemory = (options.reuseMemory ?? false) && this.collate === null;
    this.givenSeed = options.seed ?? null;
    this.generator = options.generator ?? defaultGenerator;
  }

  /** Drawn when it is first needed, so that a `manualSeed` before the first loop decides on it, as in PyTorch. */
  private get seed(): number {
    this.givenSeed ??= this.generator.drawSeed();
    return this.givenSeed;
  }

  /** What to wait for where the seed cannot be drawn now; undefined where it can, which keeps draws in the order of their loops. */
  private seedToCome(): Promise<void> | undefined {
    if (this.givenSeed !== null || this.generator.toCome() === undefined) return undefined;
    return this.generator.drawSeedAsync().then((seed) => {
      this.givenSeed ??= seed;
    });
  }

  /** The samples that `onError: 'skip'` has left out so far. */
  get skipped(): readonly SkippedSample[] {
    return [...this.skippedByIndex.values()].sort((a, b) => a.index - b.index);
  }

  /** The next loop shows epoch number `epoch` (its own order and augmentation). Loops count by themselves otherwise. */
  setEpoch(epoch: number): void {
    requireWhole('DataLoader', { epoch }, 0);
    if (epoch !== this.next.epoch) this.next = { epoch, batch: 0 };
    this.position = this.next;
  }

  stateDict(): DataLoaderState {
    return { seed: this.seed, ...this.position };
  }

  /** The next loop goes on where the loader of `state` was, within its epoch. */
  loadStateDict({ seed, epoch, batch }: DataLoaderState): void {
    requireWhole('DataLoader', { 'state.epoch': epoch, 'state.batch': batch }, 0);
    this.givenSeed = seed;
    this.next = { epoch, batch };
    this.position = this.next;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<B, void> {
    const { epoch, batch: start } = this.next;
    this.position = this.next;
    this.next = { epoch: epoch + 1, batch: 0 };
    const coming = this.seedToCome();
    if (coming !== undefined) await coming;
    const tasks = this.tasks(epoch, start);
    let number = start;
    let usable = start > 0;
    for await (const fetched of this.fetchAll(tasks)) {
      for (const sample of fetched.skipped) this.skippedByIndex.set(sample.index, sample);
      this.position = { epoch, batch: ++number };
      if (fetched.content === null) continue;
      usable = true;
      yield this.finish(fetched.content, epoch, number - 1);
      const memory = this.reuseMemory ? firstFloats(fetched.content)?.buffer : undefined;
      if (memory instanceof ArrayBuffer) this.spare.push(memory);
    }
    const [first] = this.skipped;
    if (!usable && first !== undefined)
      throw new DataError(
        first.path,
        `none of the ${this.skippedByIndex.size} samples could be read; this is the first of them: ${first.message}`,
      );
    this.position = this.next;
  }

  /**
   * The first batch of the epoch that comes next, fetched in the calling thread; null where there is none. Where the loader is
   * stays as it is.
   */
  async peek(): Promise<B | null> {
    const { epoch, batch } = this.next;
    await this.seedToCome();
    for await (const { content, indices: _, skipped } of this.fetchHere(this.tasks(epoch, batch))) {
      for (const sample of skipped) this.skippedByIndex.set(sample.index, sample);
      if (content !== null) return this.finish(content, epoch, batch);
    }
    return null;
  }

  /** Ends the workers that `persistentWorkers` keeps. */
  async close(): Promise<void> {
    const pool = this.pool;
    this.pool = null;
    await pool?.close();
  }

  private finish(content: unknown, epoch: number, batch: number): B {
    // Both are B: `content` is a list of T exactly where `collate` is given.
    if (this.collate !== null)
      return this.collate(content as readonly T[], batchRng(this.seed, epoch, batch));
    const tensors = toTensors(this.mixed(content, epoch, batch));
    if (this.tensorTransform === null) return tensors as B;
    const [images, labels] = pairOfTensors(tensors);
    return [this.tensorTransform(images), labels] as B;
  }

  private mixed(content: unknown, epoch: number, batch: number): unknown {
    if (this.batchTransform === null) return content;
    const rng = batchRng(this.seed, epoch, batch);
    const { images, labels } = this.batchTransform.apply(pairOf(content), rng);
    return [images, labels];
  }

  /** The epoch's batches from number `start` on. */
  private *tasks(epoch: number, start: number): Generator<BatchTask> {
    const shown = new Map<number, number>();
    let batch = 0;
    for (const indices of this.batches.batches(orderRng(this.seed, epoch))) {
      const repeats = indices.map((index) => {
        const repeat = shown.get(index) ?? 0;
        shown.set(index, repeat + 1);
        return repeat;
      });
      if (batch >= start) yield { seed: this.seed, epoch, batch, indices, repeats };
      batch++;
    }
  }

  private fetchAll(tasks: Generator<BatchTask>): AsyncGenerator<FetchedBatch> {
    return this.options.numWorkers === 0 ? this.fetchHere(tasks) : this.fetchInWorkers(tasks);
  }

  private async *fetchHere(tasks: Iterable<BatchTask>): AsyncGenerator<FetchedBatch> {
    const options = { onError: this.options.onError, collate: this.collate === null };
    this.fetcher ??= new BatchFetcher(this.dataset, options);
    for (const task of tasks) yield await this.fetcher.fetch(task, this.spare.pop());
  }

  private async *fetchInWorkers(tasks: Iterator<BatchTask>): AsyncGenerator<FetchedBatch> {
    const { numWorkers, prefetchFactor } = this.options;
    const pool = this.pool ?? this.startPool();
    if (this.persistentWorkers) this.pool = pool;
    const ahead: { task: BatchTask; fetched: Promise<FetchedBatch> }[] = [];
    const fill = () => {
      while (ahead.length < numWorkers * prefetchFactor) {
        const { value: task, done } = tasks.next();
        if (done) return;
        ahead.push({ task, fetched: pool.fetch(task, this.spare.pop()) });
      }
    };
    try {
      fill();
      for (let head = ahead.shift(); head !== undefined; head = ahead.shift()) {
        const fetched = await this.withTimeout(head.fetched, head.task);
        fill();
        yield fetched;
      }
    } catch (error) {
      this.pool = null; // a thread may have ended
      throw error;
    } finally {
      if (this.pool === pool) pool.forget();
      else await pool.close();
    }
  }

  private startPool(): WorkerPool {
    return new WorkerPool(this.options.numWorkers, {
      seed: this.seed,
      dataset: requireWorkerSpec(this.dataset),
      init: this.workerInit,
      options: { onError: this.options.onError, collate: this.collate === null },
    });
  }

  private async withTimeout<V>(result: Promise<V>, { batch, indices }: BatchTask): Promise<V> {
    const { timeout } = this.options;
    if (timeout === 0) return await result;
    let timer: NodeJS.Timeout | undefined;
    const expired = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const samples = indices.length > 5 ? [...indices.slice(0, 5), '…'] : indices;
        reject(
          new WickError(
            'DataLoader',
            `batch ${batch} (samples ${samples.join(', ')}) did not come within timeout=${timeout} s; ` +
              'raise timeout, or find what takes so long with numWorkers: 0',
          ),
        );
      }, timeout * 1000);
    });
    try {
      return await Promise.race([result, expired]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function batchesOf<T, B>(dataset: Dataset<T>, options: DataLoaderOptions<T, B>): Batches {
  const { batchSize = 1, shuffle = false, sampler, batchSampler, dropLast = false } = options;
  if (batchSampler !== undefined) {
    const extra = ['batchSize', 'shuffle', 'sampler', 'dropLast'].filter((name) => name in options);
    if (extra.length > 0)
      throw new ValueError('DataLoader', `batchSampler excludes ${extra.join(', ')}; pass one`);
    return batchSampler;
  }
  if (sampler !== undefined && shuffle)
    throw new ValueError(
      'DataLoader',
      'sampler excludes shuffle: true; the sampler says the order',
    );
  const inOrder = sampler ?? new SequentialSampler(dataset.length);
  return new BatchSampler(shuffle ? new RandomSampler(dataset.length) : inOrder, batchSize, {
    dropLast,
  });
}
