/** Samplers say which samples an epoch shows, and in which order. Where order is random it comes from the given `rng`. */

import { ValueError } from '../core/errors.js';
import { optionReader, requireWhole } from '../core/options.js';
import type { Rng } from '../core/rng.js';

/** A number of samples, or a data set of so many. */
export type Sized = number | { readonly length: number };

/** The order of one epoch. */
export interface Sampler {
  /** How many indices `order` gives. */
  readonly length: number;
  /** The epoch's indices; `rng` is another one for each epoch. */
  order(rng: Rng): Iterable<number>;
}

/** 0, 1, 2, …, of so many samples or as many as a data set has. */
export class SequentialSampler implements Sampler {
  readonly length: number;

  constructor(size: Sized) {
    this.length = countOf('SequentialSampler', size);
  }

  *order(): Iterable<number> {
    for (let i = 0; i < this.length; i++) yield i;
  }
}

export interface RandomSamplerOptions {
  /** Draw each index independently, so that some come twice and some not at all. @default false */
  readonly replacement?: boolean;
  /** How many indices an epoch has; without replacement it starts a new round when all are used. @default the length */
  readonly numSamples?: number;
}

const readRandom = optionReader<RandomSamplerOptions>('RandomSampler', {
  replacement: true,
  numSamples: true,
});

/** All indices of a data set, or of `size` samples, in random order. */
export class RandomSampler implements Sampler {
  readonly length: number;
  private readonly size: number;
  private readonly replacement: boolean;

  constructor(sized: Sized, ...given: [options?: RandomSamplerOptions]) {
    const size = countOf('RandomSampler', sized);
    const { replacement = false, numSamples = size } = readRandom(given);
    requireWhole('RandomSampler', { numSamples }, 0);
    if (size === 0 && numSamples > 0)
      throw new ValueError('RandomSampler', `cannot draw ${numSamples} samples from none`);
    this.size = size;
    this.length = numSamples;
    this.replacement = replacement;
  }

  *order(rng: Rng): Iterable<number> {
    if (this.replacement) {
      for (let i = 0; i < this.length; i++) yield rng.int(this.size);
      return;
    }
    for (let left = this.length; left > 0; left -= this.size)
      yield* rng.permutation(this.size).subarray(0, left);
  }
}

/** The given indices in random order. */
export class SubsetRandomSampler implements Sampler {
  readonly length: number;

  constructor(private readonly indices: readonly number[]) {
    this.length = indices.length;
  }

  *order(rng: Rng): Iterable<number> {
    for (const i of rng.permutation(this.length)) yield this.indices[i] ?? 0;
  }
}

export interface WeightedRandomSamplerOptions {
  /** Whether an index may come more than once in an epoch. @default true */
  readonly replacement?: boolean;
}

const readWeighted = optionReader<WeightedRandomSamplerOptions>('WeightedRandomSampler', {
  replacement: true,
});

/** Draws `numSamples` indices; index i comes with probability `weights[i] / Σ weights`. */
export class WeightedRandomSampler implements Sampler {
  readonly length: number;
  private readonly replacement: boolean;
  private readonly cumulative: Float64Array;

  constructor(
    private readonly weights: ArrayLike<number>,
    numSamples: number,
    ...given: [options?: WeightedRandomSamplerOptions]
  ) {
    const { replacement = true } = readWeighted(given);
    requireWhole('WeightedRandomSampler', { numSamples }, 0);
    let total = 0;
    let positive = 0;
    this.cumulative = Float64Array.from({ length: weights.length }, (_, i) => {
      const weight = weights[i] ?? Number.NaN;
      if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY))
        throw new ValueError(
          'WeightedRandomSampler',
          `weight ${i} is ${weight}, a number ≥ 0 is required`,
        );
      if (weight > 0) positive++;
      total += weight;
      return total;
    });
    if (numSamples > 0 && positive < (replacement ? 1 : numSamples))
      throw new ValueError(
        'WeightedRandomSampler',
        `${positive} weights above 0 do not suffice for ${numSamples} samples` +
          `${replacement ? '' : ' without replacement'}`,
      );
    this.length = numSamples;
    this.replacement = replacement;
  }

  order(rng: Rng): Iterable<number> {
    return this.replacement ? this.withReplacement(rng) : this.withoutReplacement(rng);
  }

  private *withReplacement(rng: Rng): Iterable<number> {
    const { cumulative } = this;
    const total = cumulative[cumulative.length - 1] ?? 0;
    for (let k = 0; k < this.length; k++) {
      const point = rng.uniform() * total;
      let low = 0;
      let high = cumulative.length - 1;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((cumulative[middle] ?? 0) > point) high = middle;
        else low = middle + 1;
      }
      yield low;
    }
  }

  /** The largest of u^(1/w), u uniform, in descending order (Efraimidis & Spirakis, 2006). */
  private withoutReplacement(rng: Rng): Iterable<number> {
    const keys = Float64Array.from(this.weights, (w) => Math.log(1 - rng.uniform()) / w);
    return Array.from(keys, (_, i) => i)
      .filter((i) => (this.weights[i] ?? 0) > 0)
      .sort((a, b) => (keys[b] ?? 0) - (keys[a] ?? 0))
      .slice(0, this.length);
  }
}

/** A sampler that shows every class equally often on average, however unequal their counts. */
export function classBalancedSampler(
  targets: ArrayLike<number>,
  numSamples = targets.length,
): WeightedRandomSampler {
  const counts = new Map<number, number>();
  for (const target of Array.from(targets)) counts.set(target, (counts.get(target) ?? 0) + 1);
  const weights = Float64Array.from(targets, (target) => 1 / (counts.get(target) ?? 1));
  return new WeightedRandomSampler(weights, numSamples);
}

/** What `DataLoader` draws its batches from. */
export interface Batches {
  /** How many batches an epoch has. */
  readonly length: number;
  batches(rng: Rng): Iterable<readonly number[]>;
}

export interface BatchSamplerOptions {
  /** Leave out the last batch when it is smaller than the others. @default false */
  readonly dropLast?: boolean;
}

const readBatch = optionReader<BatchSamplerOptions>('BatchSampler', { dropLast: true });

/** Cuts a sampler's order into batches of `batchSize`. */
export class BatchSampler implements Batches {
  readonly length: number;
  private readonly dropLast: boolean;

  constructor(
    private readonly sampler: Sampler,
    private readonly batchSize: number,
    ...given: [options?: BatchSamplerOptions]
  ) {
    const { dropLast = false } = readBatch(given);
    requireWhole('BatchSampler', { batchSize });
    const batches = sampler.length / batchSize;
    this.length = dropLast ? Math.floor(batches) : Math.ceil(batches);
    this.dropLast = dropLast;
  }

  *batches(rng: Rng): Iterable<readonly number[]> {
    let batch: number[] = [];
    for (const index of this.sampler.order(rng)) {
      batch.push(index);
      if (batch.length < this.batchSize) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0 && !this.dropLast) yield batch;
  }
}

function countOf(subject: string, size: Sized): number {
  const count = typeof size === 'object' && size !== null ? size.length : size;
  if (!Number.isInteger(count) || count < 0)
    throw new ValueError(subject, `size=${count} must be a whole number ≥ 0, or a data set`);
  return count;
}
