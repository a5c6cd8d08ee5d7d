import { availableParallelism } from 'node:os';
import type { Dataset } from '../data/dataset.js';

/**
 * How many threads should load a data set beside training: none where a batch is looked up in memory at once, for a
 * thread would cost more than it saves; otherwise all cores but one, which steps, and at most 8.
 */
export function loadingWorkers(dataset: Dataset): number {
  if (dataset.getBatch !== undefined) return 0;
  return Math.max(1, Math.min(8, availableParallelism() - 1));
}
