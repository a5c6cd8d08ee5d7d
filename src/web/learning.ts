import { DataLoader } from '../data/dataloader.js';
import type { Dataset, Sample } from '../data/dataset.js';
import type { Module } from '../nn/module.js';
import { Adam } from '../optim/adam.js';
import { CosineAnnealingLR } from '../optim/schedulers.js';
import { Trainer } from '../train/trainer.js';
import type { Computes, Learned, Stage } from './learn-protocol.js';

/** Who is told how far it is. */
export interface Learning {
  readonly onEpoch: (learned: Learned) => void;
  readonly onStage: (stage: Stage) => void;
  /** Told before anything is computed; once more where a GPU fails, and all begins again. */
  readonly onComputes: (computes: Computes) => void;
}

export const batchSize = 16;

/** How pictures are divided: four of five of each class are learned from, the same ones each time. */
export const parts = { shares: [0.8, 0.2], options: { seed: 0, stratify: true } } as const;

export interface Fit {
  /** What learns. */
  readonly model: Module;
  readonly train: Dataset<Sample>;
  readonly heldOut: Dataset<Sample>;
  readonly lr: number;
  readonly epochs: number;
}

/** Learns for so many epochs, by Adam along half a cosine. */
export async function fit(
  { model, train, heldOut, lr, epochs }: Fit,
  { onEpoch, onStage }: Learning,
): Promise<void> {
  const optimizer = new Adam(model.parameters(), { lr });
  onStage('learning');
  await new Trainer({
    model,
    optimizer,
    scheduler: new CosineAnnealingLR(optimizer, epochs),
    trainLoader: new DataLoader(train, { batchSize, shuffle: true, seed: 0 }),
    testLoader: new DataLoader(heldOut, { batchSize }),
    epochs,
    callbacks: [
      {
        onEpoch: ({ epoch, train, heldOut: { loss, accuracy, confusion } }) =>
          onEpoch({
            epoch,
            epochs,
            train,
            heldOut: { loss, accuracy },
            confusion: confusion.compute(),
          }),
      },
    ],
  }).fit();
}
