import { ValueError } from '../core/errors.js';
import { type OptionNames, optionReader } from '../core/options.js';
import { defaultGenerator, type Generator } from '../tensor/generator.js';
import type { Dataset } from './dataset.js';
import { splitRng } from './streams.js';
import { Subset } from './subset.js';

export interface SplitOptions {
  /** The same seed gives the same parts. @default drawn from `generator` */
  readonly seed?: number;
  /** @default the generator that `manualSeed` seeds */
  readonly generator?: Generator;
  /**
   * Give every part the same share of each class: `true` takes the data set's own `targets`, or pass the labels.
   * @default false
   */
  readonly stratify?: boolean | ArrayLike<number>;
}

const splitNames: OptionNames<SplitOptions> = { generator: true, seed: true, stratify: true };
const readSplit = optionReader<SplitOptions>('randomSplit', splitNames);

/**
 * Splits a data set at random into parts that do not overlap.
 *
 * @param lengths Sizes that add up to the data set's, or fractions that add up to 1 (what rounding leaves over goes to
 *   the first parts, one each).
 * @example const [train, valid] = randomSplit(dataset, [0.8, 0.2], { seed: 42, stratify: true });
 */
export function randomSplit<T, const L extends readonly number[]>(
  dataset: Dataset<T>,
  lengths: L,
  ...given: [options?: SplitOptions]
): { -readonly [K in keyof L]: Subset<T> } {
  const options = readSplit(given);
  const sizes = partSizes(dataset.length, lengths);
  const order = randomOrder('randomSplit', dataset, options);
  let start = 0;
  const parts = sizes.map((size) => {
    const part = order.subarray(start, start + size);
    start += size;
    return new Subset(dataset, part.slice().sort());
  });
  return parts as { -readonly [K in keyof L]: Subset<T> }; // one for each length
}

export interface KFoldOptions extends SplitOptions {
  /** Whether the folds are drawn at random; otherwise they are consecutive samples. @default true */
  readonly shuffle?: boolean;
}

const readKFold = optionReader<KFoldOptions>('kFold', { ...splitNames, shuffle: true });

/** One of k ways to divide a data set into what is trained on and what is tested on. */
export interface Fold<T> {
  readonly train: Subset<T>;
  readonly test: Subset<T>;
}

/** Divides a data set into k parts; fold i tests on part i and trains on all others. */
export function kFold<T>(
  dataset: Dataset<T>,
  k: number,
  ...given: [options?: KFoldOptions]
): Fold<T>[] {
  const { shuffle = true, ...options } = readKFold(given);
  const n = dataset.length;
  if (!Number.isInteger(k) || k < 2 || k > n)
    throw new ValueError('kFold', `k=${k} must be a whole number from 2 to the ${n} samples`);
  if (!shuffle && (options.stratify ?? false) !== false)
    throw new ValueError('kFold', 'stratify needs shuffle: true, consecutive folds have no choice');
  const order = shuffle
    ? randomOrder('kFold', dataset, options)
    : Int32Array.from({ length: n }, (_, i) => i);
  return Array.from({ length: k }, (_, i) => {
    const start = Math.floor((i * n) / k);
    const end = Math.floor(((i + 1) * n) / k);
    const test = order.slice(start, end).sort();
    const train = new Int32Array(n - test.length);
    train.set(order.subarray(0, start));
    train.set(order.subarray(end), start);
    return { train: new Subset(dataset, train.sort()), test: new Subset(dataset, test) };
  });
}

function partSizes(total: number, lengths: readonly number[]): readonly number[] {
  const sum = lengths.reduce((a, b) => a + b, 0);
  const valid = lengths.every((length) => length >= 0) && lengths.length > 0;
  if (valid && sum === total && lengths.every(Number.isInteger)) return lengths;
  if (!valid || Math.abs(sum - 1) > 1e-9)
    throw new ValueError(
      'randomSplit',
      `lengths [${lengths.join(', ')}] add up to ${sum}; they must be whole numbers that add up to ` +
        `the ${total} samples, or fractions that add up to 1`,
    );
  const sizes = lengths.map((fraction) => Math.floor(fraction * total + 1e-9));
  const left = total - sizes.reduce((a, b) => a + b, 0);
  return sizes.map((size, i) => size + (i < left ? 1 : 0));
}

/**
 * All indices in random order. Stratified, sample r of a class of c stands at about (r + ½) / c of the whole, so any run
 * of consecutive indices has each class's share of it, to within one sample.
 */
function randomOrder(
  subject: string,
  dataset: Dataset<unknown>,
  { seed, generator = defaultGenerator, stratify = false }: SplitOptions,
): Int32Array {
  const rng = splitRng(seed ?? generator.drawSeed());
  const order = rng.permutation(dataset.length);
  if (stratify === false) return order;
  const labels = stratify === true ? dataset.targets : stratify;
  if (labels?.length !== dataset.length)
    throw new ValueError(
      subject,
      labels === undefined
        ? 'stratify: true needs a data set with targets; pass the labels as stratify'
        : `stratify has ${labels.length} labels for ${dataset.length} samples`,
    );
  const counts = new Map<number, number>();
  for (const label of Array.from(labels)) counts.set(label, (counts.get(label) ?? 0) + 1);
  const offsets = new Map([...counts.keys()].sort((a, b) => a - b).map((c) => [c, rng.uniform()]));
  const seen = new Map<number, number>();
  const place = new Float64Array(dataset.length);
  for (const index of order) {
    const label = labels[index] ?? 0;
    const rank = seen.get(label) ?? 0;
    seen.set(label, rank + 1);
    place[index] = (rank + (offsets.get(label) ?? 0)) / (counts.get(label) ?? 1);
  }
  return order.sort((a, b) => (place[a] ?? 0) - (place[b] ?? 0));
}
