/**
 * What a data set is: a length, and a sample for each index. Everything else that a data set may declare is optional
 * and makes it more useful: labels for stratified splits, a recipe for worker threads, a faster way to whole batches.
 */
import type { Rng } from '../core/rng.js';
import type { NdArray } from '../graph/op.js';

/** An image set's sample: pixels `[C, H, W]` and the class number. */
export type Sample = readonly [x: NdArray, y: number];

/**
 * A function in a module and what to call it with. It says how another thread makes the same object: `argument` is
 * cloned into it (shared memory stays shared).
 */
export interface ModuleCall {
  /** Address of an ES module, as `import.meta.url` gives it. */
  readonly module: string;
  /** The name under which the module exports the function. */
  readonly name: string;
  readonly argument: unknown;
}

/**
 * A set of samples. Two members are enough; wrap arrays in `TensorDataset` if you have no need for your own.
 *
 * For `DataLoader`'s `numWorkers > 0` a data set must also say how a worker thread makes it anew, because functions and
 * class instances cannot travel between threads:
 *
 * @example
 * // spirals.js — worker threads import this file
 * export class Spirals {
 *   constructor(options) { this.options = options; this.length = options.points; }
 *   get(index, rng) { return [point(index, rng), index % 2]; }
 *   workerSpec() { return { module: import.meta.url, name: 'openSpirals', argument: this.options }; }
 * }
 * export const openSpirals = (options) => new Spirals(options);
 */
export interface Dataset<T = Sample> {
  readonly length: number;

  /**
   * Sample `index`. Anything random in it comes from `rng`, which depends on seed, epoch and index only. `place` is where
   * its first array goes in the batch: a data set that writes it there saves a copy, all others need not care. It is
   * good for one sample, and not to be kept.
   */
  get(index: number, rng?: Rng, place?: Float32Array): T | Promise<T>;

  /**
   * The samples `indices` as one batch of new arrays, equal to collating `get` of each: declared where that is faster.
   * `rngOf(k)` is the generator of the k-th of them.
   */
  readonly getBatch?: (
    indices: readonly number[],
    rngOf: (position: number) => Rng,
  ) => unknown | Promise<unknown>;

  /** The class number of every sample. */
  readonly targets?: ArrayLike<number>;

  /** The class names: `classes[y]` names class number y. */
  readonly classes?: readonly string[];

  /** The file behind a sample, for messages. */
  pathOf?(index: number): string | undefined;

  /** How a worker thread makes this data set. */
  workerSpec?(): ModuleCall;

  /** A digest of the samples: equal for equal data, on any machine. */
  fingerprint?(): Promise<string>;
}

/** Makes what a `ModuleCall` describes. */
export async function makeFromSpec<T>({ module, name, argument }: ModuleCall): Promise<T> {
  const make = await exportOf(module, name);
  return (await make(argument)) as T;
}

/** wick's own modules, which need no care. */
const own = new URL('..', import.meta.url).href;

/** A function, or class, that a module exports. Files of users' own may be TypeScript, and find wick wherever they are. */
export async function exportOf(
  module: string,
  name: string,
): Promise<(...args: readonly unknown[]) => unknown> {
  const exports = await exportsOf(module);
  const value = exports[name];
  if (typeof value !== 'function') throw new TypeError(`${module} exports no function '${name}'`);
  return value as (...args: readonly unknown[]) => unknown;
}

type Exports = Readonly<Record<string, unknown>>;

let loadUserModule: ((url: string) => Promise<Exports>) | null = null;

/** How files of users' own are loaded where there are files: `user-modules.ts` says it, which browsers do not load. */
export function registerModuleLoader(load: (url: string) => Promise<Exports>): void {
  loadUserModule = load;
}

async function exportsOf(module: string): Promise<Exports> {
  if (loadUserModule !== null && module.startsWith('file:') && !module.startsWith(own))
    return await loadUserModule(module);
  return await import(/* @vite-ignore */ /* webpackIgnore: true */ module);
}
