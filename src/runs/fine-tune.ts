/** Fine-tuning as part of a run: before its first epoch the head learns, then its epochs train all of the network. */
import type { DataLoader } from '../data/dataloader.js';
import type { Dataset } from '../data/dataset.js';
import type { Module } from '../nn/module.js';
import type { Params } from '../optim/optimizer.js';
import type { Task } from '../recipes/recipe.js';
import type { Settings } from '../recipes/settings/schema.js';
import type { Tensor } from '../tensor/tensor.js';
import { headNote, trainHead, tunedGroups } from '../train/fine-tune.js';
import { judged } from './judged.js';
import { type FeaturePass, makeLearner } from './learner.js';

/** The parameters that a run trains: those that are not frozen, or all of them, with smaller rates below, where it fine-tunes. */
export function trainedParameters(
  model: Module,
  { model: { fineTune }, optimizer: { lr, weightDecay } }: Settings,
): Params<object> {
  if (fineTune === null) return learning(model);
  const { layerDecay } = fineTune;
  return tunedGroups(model, { lr, layerDecay, weightDecay });
}

/** Those that are not frozen; all where all are, which a training refuses. */
function learning(model: Module): Tensor[] {
  const all = model.parameters();
  const trained = all.filter(({ requiresGrad }) => requiresGrad);
  return trained.length === 0 ? all : trained;
}

/** Trains the head, on features that are computed once where that is possible. It is no part of what a resume goes on with: it begins anew. */
export async function headFirst(
  model: Module,
  task: Task,
  settings: Settings,
  pass: FeaturePass & { readonly load: (dataset: Dataset, shuffle?: boolean) => DataLoader },
): Promise<void> {
  const { compile, precision } = settings;
  const { fineTune } = settings.model;
  if (fineTune === null) return;
  const { model: learner, train, val, test } = await makeLearner(model, task, pass);
  const { loss, heldOutLoss } = judged(task, settings);
  const scores = await trainHead({
    model: learner,
    trainLoader: pass.load(train, true),
    testLoader: pass.load(val ?? test),
    ...{ compile, precision, epochs: fineTune.headEpochs, lr: fineTune.headLr },
    ...(loss && { loss }),
    ...(heldOutLoss && { heldOutLoss }),
    ...(pass.signal && { signal: pass.signal }),
  });
  if (pass.signal?.aborted) return;
  for (const callback of pass.callbacks) callback.onNote?.(headNote(fineTune.headEpochs, scores));
}
