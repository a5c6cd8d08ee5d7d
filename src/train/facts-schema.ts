/** What a checkpoint file says of a training is checked here; optimizers, schedulers, loaders and callbacks check their own parts. */
import { z } from 'zod';

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
