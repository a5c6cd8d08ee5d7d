import { ValueError } from '../core/errors.js';
import type { Dataset, ModuleCall } from './dataset.js';

/** How a worker thread makes `dataset`; throws what to do where it does not say. */
export function requireWorkerSpec(dataset: Dataset<unknown>): ModuleCall {
  const spec = dataset.workerSpec?.();
  if (spec === undefined)
    throw new ValueError(
      'DataLoader',
      `${dataset.constructor.name} has no workerSpec(), so that worker threads cannot make it; ` +
        'give it one (see Dataset) or pass numWorkers: 0',
    );
  return spec;
}
