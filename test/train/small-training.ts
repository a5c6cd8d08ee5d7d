/** A training with everything that is random or kept from step to step, small enough for tests: dropout, batch norm, noise. */
import { DataLoader } from '../../src/data/dataloader.js';
import { BatchNorm1d } from '../../src/nn/batch-norm.js';
import { Sequential } from '../../src/nn/containers.js';
import { Dropout } from '../../src/nn/dropout.js';
import { Linear } from '../../src/nn/linear.js';
import { Adam } from '../../src/optim/adam.js';
import { CosineAnnealingLR } from '../../src/optim/lr-scheduler.js';
import type { Batches } from '../../src/train/trainer-options.js';
import '../../src/ops/index.js';
import { manualSeed } from '../../src/tensor/generator.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { Trainer } from '../../src/train/trainer.js';
import type { TrainerOptions } from '../../src/train/trainer-options.js';
import { NoiseDataset } from '../data/noise-dataset.js';

export interface SmallOptions extends Partial<TrainerOptions> {
  readonly samples?: number;
  readonly numWorkers?: number;
  /** Seeds of the loaders; drawn from the default generator where it is null. */
  readonly loaderSeed?: number | null;
}

/** 3 epochs of 5 batches: 4 of 8 and one of 6; the loss of every step and the scores of every epoch are kept. */
export function smallTraining({
  samples = 38,
  numWorkers = 0,
  loaderSeed = null,
  callbacks = [],
  ...options
}: SmallOptions = {}) {
  manualSeed(11);
  const seed = loaderSeed === null ? {} : { seed: loaderSeed };
  const load = (length: number, shuffle: boolean) =>
    new DataLoader(new NoiseDataset({ length }), {
      batchSize: 8,
      shuffle,
      numWorkers,
      ...seed,
    }) as unknown as Batches; // samples are pairs
  const model = new Sequential(
    new Linear(3, 8),
    new BatchNorm1d(8),
    new Dropout(0.3),
    new Linear(8, 3),
  );
  const optimizer = new Adam(model.parameters(), { lr: 0.01 });
  const held = { valLoader: load(10, false), testLoader: load(9, false) };
  const losses = new Map<number, number>();
  const epochs: string[] = [];
  const trainer = new Trainer({
    model,
    optimizer,
    trainLoader: load(samples, true),
    ...held,
    epochs: 3,
    scheduler: new CosineAnnealingLR(optimizer, 3),
    compile: false,
    callbacks: [
      {
        onStep: ({ globalStep, loss }) => void losses.set(globalStep, loss),
        onEpoch: ({ epoch, train, heldOut, lr, best }) =>
          void epochs.push(
            JSON.stringify([epoch, train, heldOut.confusion.compute(), heldOut.loss, lr, best]),
          ),
      },
      ...callbacks,
    ],
    ...options,
  });
  return { trainer, model, optimizer, held, losses, epochs };
}

/** The bits of a state dict. */
export function bitsOf(state: ReadonlyMap<string, Tensor>): Record<string, string> {
  return Object.fromEntries(
    [...state].map(([key, { data }]) => [
      key,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex'),
    ]),
  );
}
