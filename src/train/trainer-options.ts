/** What a `Trainer` is given. */
import { ValueError } from '../core/errors.js';
import { optionReader, requireWhole } from '../core/options.js';
import type { DataLoaderState } from '../data/dataloader.js';
import type { Precision } from '../engine/precision.js';
import type { Module } from '../nn/module.js';
import type { Optimizer } from '../optim/optimizer.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Callback } from './callback.js';
import type { BestBy } from './is-better.js';
import type { TrainerState } from './trainer-state.js';

/** Batches of images `[N, C, H, W]` and labels `[N]`, as a `DataLoader` gives them; labels to train on may be shares `[N, K]`. */
export interface Batches extends AsyncIterable<readonly [Tensor, Tensor]> {
  readonly length: number;
  /** Its next batch, without going on; null where there is none. Sets to measure that have it are tried before the first epoch. */
  peek?(): Promise<readonly [Tensor, Tensor] | null>;
  /** Where it is, for checkpoints. */
  stateDict?(): DataLoaderState;
  loadStateDict?(state: DataLoaderState): void;
}

/** What changes the learning rate: any scheduler of `optim.lrScheduler`. */
export interface Schedule {
  step(metric?: number): void;
  /** Where it is, for checkpoints. */
  stateDict?(): object;
  loadStateDict?(state: object): void;
}

export interface TrainerOptions {
  readonly model: Module;
  readonly optimizer: Optimizer;
  readonly trainLoader: Batches;
  /** What the best epoch is chosen by, and the schedule looks at. @default testLoader */
  readonly valLoader?: Batches;
  /** Measured after each epoch; where there is a `valLoader`, once at the end, with the best epoch's weights. */
  readonly testLoader: Batches;
  readonly epochs: number;
  /** `(logits [N, K], labels [N]) → scalar`. @default functional.crossEntropy */
  readonly loss?: (logits: Tensor, labels: Tensor) => Tensor;
  /** The loss of what is not trained on. @default loss */
  readonly heldOutLoss?: (logits: Tensor, labels: Tensor) => Tensor;
  /** Of two epochs, the one with more of this (less of a loss) is the better; of equal ones, the one with the lower loss. @default 'accuracy' */
  readonly bestBy?: BestBy;
  readonly scheduler?: Schedule;
  /** When the scheduler steps: after each epoch (with the loss of the set that is measured, which only ReduceLROnPlateau reads) or each optimizer step. @default 'epoch' */
  readonly schedulePer?: 'epoch' | 'step';
  /** Batches whose gradients make one optimizer step; the last one of an epoch has what is left. @default 1 */
  readonly accumulate?: number;
  /** Scale gradients down to this total norm where they exceed it. */
  readonly clipGradNorm?: number;
  /** Cut every element of a gradient to ± this, before their norm is looked at. */
  readonly clipGradValue?: number;
  /** How often a loss or weight that is not finite lets it go back to the last checkpoint, with half the learning rate. @default 0 */
  readonly rollbacks?: number;
  /** Record the steps once and replay them. @default true */
  readonly compile?: boolean;
  /** In which the compiled steps compute; see `compile`. @default 'float32' */
  readonly precision?: Precision;
  readonly callbacks?: readonly Callback[];
  /** Stops training after the current step when aborted. */
  readonly signal?: AbortSignal;
}

const readOptions = optionReader<TrainerOptions>('Trainer', {
  model: true,
  optimizer: true,
  trainLoader: true,
  valLoader: true,
  testLoader: true,
  epochs: true,
  loss: true,
  heldOutLoss: true,
  bestBy: true,
  scheduler: true,
  schedulePer: true,
  accumulate: true,
  clipGradNorm: true,
  clipGradValue: true,
  rollbacks: true,
  compile: true,
  precision: true,
  callbacks: true,
  signal: true,
});

/** Reads and checks them. */
export function readTrainerOptions(given: readonly [options: TrainerOptions]): TrainerOptions {
  const options = readOptions(given);
  const { epochs, accumulate = 1, rollbacks = 0, precision = 'float32' } = options;
  requireWhole('Trainer', { epochs, accumulate });
  requireWhole('Trainer', { rollbacks }, 0);
  if (options.compile === false && precision !== 'float32')
    throw new ValueError(
      'Trainer',
      `precision '${precision}' is given with compile: false, but only compiled steps have it; leave one of them out`,
    );
  return options;
}

export interface FitOptions {
  /** Goes on from a checkpoint, given as its file or as what `stateDict()` gave. */
  readonly resume?: string | TrainerState;
  /**
   * Takes the optimizer's options as they are now, not as the checkpoint has them; its learning rate is scaled as that of
   * the start has been. @default false
   */
  readonly force?: boolean;
}

export const readFitOptions = optionReader<FitOptions>('Trainer.fit', {
  resume: true,
  force: true,
});
