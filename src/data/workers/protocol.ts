import type { ModuleCall } from '../dataset.js';
import type { BatchTask, FetchedBatch, FetchOptions } from '../fetch-batch.js';
import type { ErrorMessage } from './error-message.js';

/** A function that a module exports. */
export type ModuleFunction = Pick<ModuleCall, 'module' | 'name'>;

/** What a worker thread is started with. */
export interface WorkerSetup {
  readonly workerId: number;
  /** The loader's. */
  readonly seed: number;
  readonly dataset: ModuleCall;
  readonly init: ModuleFunction | null;
  readonly options: FetchOptions;
}

/** To a worker: fetch a batch, into `spare` where that fits, or forget all batches up to `id` that are still to be done. */
export type WorkerRequest =
  | {
      readonly kind: 'fetch';
      readonly id: number;
      readonly task: BatchTask;
      readonly spare: ArrayBuffer | undefined;
    }
  | { readonly kind: 'forget'; readonly id: number };

/** From a worker: a request's result. */
export type WorkerReply =
  | { readonly id: number; readonly fetched: FetchedBatch }
  | { readonly id: number; readonly error: ErrorMessage };
