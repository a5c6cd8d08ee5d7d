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
 * The weight of each class in the loss, by which all classes weigh alike: n / (classes that are there · count), as
 * scikit-learn's `balanced`. Classes without samples get 0.
 */
export function balancedWeights(counts: readonly number[]): number[] {
  const there = counts.filter((count) => count > 0);
  const total = there.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (count === 0 ? 0 : total / (there.length * count)));
}

/** Samples of the largest class for each of the smallest that has any. */
export function imbalanceOf(counts: readonly number[]): number {
  const there = counts.filter((count) => count > 0);
  return there.length === 0 ? 1 : Math.max(...there) / Math.min(...there);
}
