/**
 * Everything that a training needs to go on as if it had never ended: tensors, and facts that JSON can hold. What a file
 * says is checked here; optimizers, schedulers, loaders and callbacks check their own parts.
 */
import { z } from 'zod';
import { ConfusionMatrix } from '../metrics/confusion-matrix.js';
import type { StateDict } from '../nn/module.js';
import type { OptimizerState } from '../optim/optimizer-state.js';
import type { Tensor } from '../tensor/tensor.js';
import type { EpochEvent } from './metrics.js';

/** What a callback keeps in a checkpoint. */
export interface CallbackState {
  /** What JSON can hold. */
  readonly data?: unknown;
  readonly tensors?: ReadonlyMap<string, Tensor>;
}

const count = z.int().nonnegative();
const scores = z.object({ loss: z.number(), accuracy: z.number() });

const epochEvent = z.object({
  epoch: count,
  epochs: count,
  train: scores,
  split: z.enum(['val', 'test']),
  heldOut: scores.extend({
    balancedAccuracy: z.number(),
    confusion: z.array(z.array(count)),
  }),
  lr: z.number(),
  imagesPerSecond: z.number(),
  durationMs: z.number(),
  waitShare: z.number(),
  best: z.boolean(),
});

const loader = z.object({ seed: count, epoch: count, batch: count });

/** The part of an epoch's training that is over. */
const part = z.object({
  sums: z.object({ loss: z.number(), correct: z.number(), samples: count }),
  /** Batches, and steps: batches that batch norm refused are none. */
  batches: count,
  steps: count,
  /** Samples of the largest batch. */
  largest: count,
  /** Learning rate of the last step. */
  lr: z.number(),
  /** Time that it took, and the part of it that steps waited for data. */
  trainMs: z.number(),
  waitMs: z.number(),
});

export const factsSchema = z.object({
  format: z.literal('wick-training/1'),
  /** The epoch that is going on or comes next, counted from 1, and the half of it that is to be done. */
  epoch: z.int().positive(),
  phase: z.enum(['train', 'measure']),
  part,
  globalStep: count,
  /** Of a training epoch: a checkpoint for a loader with another number is of other data. */
  batchesPerEpoch: count,
  durationMs: z.number(),
  trainMs: z.number(),
  waitMs: z.number(),
  /** Learning rate before the first step. */
  startLr: z.number(),
  rollbacks: count,
  skipsSingles: z.boolean(),
  last: epochEvent.nullable(),
  best: epochEvent.nullable(),
  optimizer: z.string(),
  /** Where the loaders are; of those that measure only the seed matters. */
  loaders: z.object({ train: loader, val: loader.optional(), test: loader.optional() }),
});

/** The facts as JSON holds them. */
export type TrainerFacts = z.infer<typeof factsSchema>;

/** A training at one moment; `readCheckpoint` and `writeCheckpoint` keep it in a file. */
export interface TrainerState {
  readonly facts: TrainerFacts;
  readonly model: StateDict;
  /** The weights that were measured in the best epoch. */
  readonly bestWeights: StateDict | null;
  readonly optimizer: OptimizerState;
  readonly scheduler: object | null;
  /** Of the default generator. */
  readonly generator: Tensor;
  /** By their `stateKey`. */
  readonly callbacks: ReadonlyMap<string, CallbackState>;
}

export function factsOf(event: EpochEvent | null): TrainerFacts['last'] {
  if (event === null) return null;
  const { heldOut } = event;
  return { ...event, heldOut: { ...heldOut, confusion: heldOut.confusion.compute() } };
}

export function eventOf(facts: TrainerFacts['last']): EpochEvent | null {
  if (facts === null) return null;
  const { heldOut } = facts;
  return { ...facts, heldOut: { ...heldOut, confusion: ConfusionMatrix.of(heldOut.confusion) } };
}
