import { ValueError } from '../core/errors.js';
import type { Dataset } from '../data/dataset.js';

/** How many samples each class has. @throws ValueError for a data set that does not know its labels */
export function classCounts({ targets }: Dataset, numClasses: number): number[] {
  if (targets === undefined)
    throw new ValueError(
      'classWeights',
      'the data set has no targets, from which classes are counted',
    );
  const counts = new Array<number>(numClasses).fill(0);
  for (const label of Array.from(targets)) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

/**
 * The weight of each class in the loss: (n / (classes that are there · count))^power. By power 1 all classes weigh alike, as
 * by scikit-learn's `balanced`; by 0 all samples do. Classes without samples get 0.
 */
export function classWeightsOf(counts: readonly number[], power: number): number[] {
  const there = counts.filter((count) => count > 0);
  const total = there.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (count === 0 ? 0 : (total / (there.length * count)) ** power));
}

/** Samples of the largest class for each of the smallest that has any. */
export function imbalanceOf(counts: readonly number[]): number {
  const there = counts.filter((count) => count > 0);
  return there.length === 0 ? 1 : Math.max(...there) / Math.min(...there);
}
