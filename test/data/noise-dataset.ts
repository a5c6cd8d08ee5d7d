import { threadId } from 'node:worker_threads';
import { DataError } from '../../src/core/errors.js';
import type { Rng } from '../../src/core/rng.js';
import type { Dataset, ModuleCall, Sample } from '../../src/data/dataset.js';

export interface NoiseOptions {
  readonly length: number;
  /** Samples whose file is damaged. */
  readonly damaged?: readonly number[];
  /** A sample that throws an error of the program. */
  readonly bug?: number;
  /** A sample that never comes. */
  readonly stuck?: number;
  /** A sample at which the thread ends. */
  readonly exit?: number;
}

/** Samples `[index, random, random]` with class `index % 3`; some of them bad as the options say. */
export class NoiseDataset implements Dataset<Sample> {
  readonly length: number;
  readonly classes = ['a', 'b', 'c'];
  readonly targets: Int32Array;

  constructor(private readonly options: NoiseOptions) {
    this.length = options.length;
    this.targets = Int32Array.from({ length: this.length }, (_, i) => i % 3);
  }

  async get(index: number, rng?: Rng): Promise<Sample> {
    const { damaged = [], bug, stuck, exit } = this.options;
    if (damaged.includes(index)) throw new DataError(this.pathOf(index), 'not a JPEG');
    if (index === bug) throw new TypeError('x is undefined');
    if (index === stuck) await new Promise(() => {});
    if (index === exit) process.exit(3);
    const data = Float32Array.of(index, rng?.uniform() ?? 0, rng?.uniform() ?? 0);
    return [{ shape: [3], dtype: 'float32', data }, index % 3];
  }

  pathOf(index: number): string {
    return `noise/${index}.jpg`;
  }

  workerSpec(): ModuleCall {
    return { module: import.meta.url, name: 'openNoise', argument: this.options };
  }

  async fingerprint(): Promise<string> {
    return `noise of ${this.length}`;
  }
}

export function openNoise(options: NoiseOptions): NoiseDataset {
  return new NoiseDataset(options);
}

/** A `workerInit` that leaves a trace. */
export function markWorker(workerId: number): void {
  process.env.NOISE_WORKER = String(workerId);
}

/** Samples of one number: the mark that `markWorker` left in the thread, or −1. */
export class MarkDataset implements Dataset<readonly [number]> {
  readonly length = 4;

  get(): readonly [number] {
    return [Number(process.env.NOISE_WORKER ?? -1)];
  }

  workerSpec(): ModuleCall {
    return { module: import.meta.url, name: 'openMark', argument: null };
  }
}

export function openMark(): MarkDataset {
  return new MarkDataset();
}

/** Samples of one number: the thread that has made it, 0 the main one; counts in shared memory how many were made. */
export class ThreadDataset implements Dataset<readonly [number]> {
  readonly length = 12;

  constructor(readonly made = new Int32Array(new SharedArrayBuffer(4))) {}

  get(): readonly [number] {
    Atomics.add(this.made, 0, 1);
    return [threadId];
  }

  workerSpec(): ModuleCall {
    return { module: import.meta.url, name: 'openThreads', argument: this.made };
  }
}

export function openThreads(made: Int32Array<SharedArrayBuffer>): ThreadDataset {
  return new ThreadDataset(made);
}
