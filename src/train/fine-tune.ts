/**
 * Fine-tuning in two phases: on trained weights the new head learns first, for its random start would send gradients of no
 * meaning through all that was learned before; then everything learns, with small rates below. Nothing but the head changes in
 * the first, so that the features of each picture are computed once (`feature-cache.ts`).
 */
import { optionReader } from '../core/options.js';
import { Rng } from '../core/rng.js';
import { DataLoader } from '../data/dataloader.js';
import { BatchNorm1d, BatchNorm2d } from '../nn/batch-norm.js';
import { freeze, unfreeze } from '../nn/freeze.js';
import type { Module } from '../nn/module.js';
import { Adam, AdamW } from '../optim/adam.js';
import { type ModelGroup, paramGroups } from '../optim/param-groups.js';
import { CosineAnnealingLR } from '../optim/schedulers.js';
import { headOf } from '../vision/models/replace-head.js';
import { percent } from './epoch-line.js';
import { computeFeatures, fitsCache } from './feature-cache.js';
import { frozenPartOf } from './frozen-part.js';
import type { FitSummary, HeldOutScores } from './metrics.js';
import { Trainer } from './trainer.js';
import type { TrainerOptions } from './trainer-options.js';

export interface FineTuneOptions
  extends Omit<TrainerOptions, 'optimizer' | 'epochs' | 'scheduler' | 'schedulePer'> {
  /** With trained weights, and a head for these classes: `replaceHead(model, n)`. */
  readonly model: Module;
  readonly trainLoader: DataLoader;
  readonly testLoader: DataLoader;
  /** What the best epoch of the second phase is chosen by. @default testLoader */
  readonly valLoader?: DataLoader;
  /** Epochs in which the head alone learns. @default 10 */
  readonly headEpochs?: number;
  /** Its learning rate, that of Adam. @default 0.003 */
  readonly headLr?: number;
  /** Epochs in which everything learns. @default 10 */
  readonly epochs?: number;
  /** The learning rate of the head then, that of AdamW, which falls to 0 on a cosine. @default 0.00003 */
  readonly lr?: number;
  /**
   * Each part of the model learns so many times as fast as the one after it (Howard & Ruder, 2018,
   * https://arxiv.org/abs/1801.06146), above 0 to 1.
   *
   * @default 0.4
   */
  readonly layerDecay?: number;
  /** Of weights; norms and biases are not decayed. @default 0.01 */
  readonly weightDecay?: number;
}

const readOptions = optionReader<FineTuneOptions>('fineTune', {
  model: true,
  trainLoader: true,
  testLoader: true,
  valLoader: true,
  loss: true,
  heldOutLoss: true,
  bestBy: true,
  accumulate: true,
  clipGradNorm: true,
  clipGradValue: true,
  rollbacks: true,
  compile: true,
  precision: true,
  callbacks: true,
  signal: true,
  headEpochs: true,
  headLr: true,
  epochs: true,
  lr: true,
  layerDecay: true,
  weightDecay: true,
});

/**
 * Trains a network that has learned before on new classes: first its head, on features that are computed in one pass where that
 * is possible, then all of it. Callbacks follow the second phase, and are told of the first in one line.
 *
 * @example
 * const model = await vision.models.resnet18({ weights: 'imagenet1k', numClasses: 3 });
 * const { best } = await train.fineTune({ model, trainLoader, testLoader });
 */
export async function fineTune(...given: [options: FineTuneOptions]): Promise<FitSummary> {
  const {
    headEpochs = 10,
    headLr = 3e-3,
    epochs = 10,
    lr = 3e-5,
    layerDecay = 0.4,
    weightDecay = 1e-2,
    ...training
  } = readOptions(given);
  const { model, callbacks = [] } = training;
  unfreeze(headOf(freeze(model)).module);
  const head = await headTraining(training);
  const scores = await trainHead({ ...head, epochs: headEpochs, lr: headLr });
  const told = training.signal?.aborted ? [] : callbacks;
  for (const callback of told) callback.onNote?.(headNote(headEpochs, scores));
  const groups = tunedGroups(model, { lr, layerDecay, weightDecay });
  const optimizer = new AdamW(groups, { lr });
  const scheduler = new CosineAnnealingLR(optimizer, epochs);
  return await new Trainer({ ...training, optimizer, scheduler, epochs }).fit();
}

/** What the head is trained on and by. */
export type HeadTraining = Pick<
  TrainerOptions,
  | 'model'
  | 'trainLoader'
  | 'testLoader'
  | 'loss'
  | 'heldOutLoss'
  | 'compile'
  | 'precision'
  | 'signal'
>;

/** Trains what is not frozen, by Adam with a rate that falls to 0 on a cosine; null where a signal has ended it before its first epoch. */
export async function trainHead({
  epochs,
  lr,
  ...training
}: HeadTraining & { readonly epochs: number; readonly lr: number }): Promise<HeldOutScores | null> {
  const trained = training.model.parameters().filter(({ requiresGrad }) => requiresGrad);
  const optimizer = new Adam(trained, { lr });
  const scheduler = new CosineAnnealingLR(optimizer, epochs);
  let last: HeldOutScores | null = null;
  const onEpoch = ({ heldOut }: { readonly heldOut: HeldOutScores }) => {
    last = heldOut;
  };
  await new Trainer({
    ...training,
    optimizer,
    scheduler,
    epochs,
    callbacks: [{ onEpoch }],
  }).fit();
  return last;
}

/** What people are told of the first phase. */
export function headNote(epochs: number, scores: HeldOutScores | null): string {
  const found = scores === null ? '' : `: accuracy ${percent(scores.accuracy)}`;
  return `phase 1 of 2: the head alone has learned for ${epochs} epoch${epochs === 1 ? '' : 's'}${found}; now all of the network learns`;
}

/**
 * Lets all of the network learn, with smaller rates below; the head's group is the first, whose rate is what people are told.
 * Batch norm keeps the statistics with which the head has learned (https://keras.io/guides/transfer_learning/#fine-tuning):
 * those of small batches would make other features of the same pictures, and the head's scores meaningless.
 */
export function tunedGroups(
  model: Module,
  options: { readonly lr: number; readonly layerDecay: number; readonly weightDecay: number },
): ModelGroup[] {
  for (const module of unfreeze(model).modules())
    module.isFrozen = module instanceof BatchNorm1d || module instanceof BatchNorm2d;
  return paramGroups(model, options).sort((a, b) => b.lr - a.lr);
}

/** The tail on features of one pass over each loader, or the model on pictures where it cannot be divided. */
async function headTraining(training: Omit<FineTuneOptions, 'callbacks'>): Promise<HeadTraining> {
  const { model, trainLoader, testLoader, valLoader = testLoader, ...others } = training;
  const { loss, heldOutLoss, compile, precision, signal } = others;
  const by = {
    ...(loss && { loss }),
    ...(heldOutLoss && { heldOutLoss }),
    ...(compile !== undefined && { compile }),
    ...(precision && { precision }),
    ...(signal && { signal }),
  };
  const live = { ...by, model, trainLoader, testLoader: valLoader };
  const [picture] = await trainLoader.dataset.get(0, new Rng(0));
  const part = frozenPartOf(model, picture.shape);
  const pictures = trainLoader.dataset.length + valLoader.dataset.length;
  if (part === null || !fitsCache(part, pictures)) return live;
  const goOn = () => signal?.aborted !== true;
  const features = await computeFeatures(part, [trainLoader], goOn);
  const held = features && (await computeFeatures(part, [valLoader], goOn));
  if (features === null || held === null) return live;
  const batchSize = Math.ceil(features.length / trainLoader.length);
  return {
    ...by,
    model: part.tail,
    trainLoader: new DataLoader(features, { batchSize, shuffle: true }),
    testLoader: new DataLoader(held, { batchSize }),
  };
}
