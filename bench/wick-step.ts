/** A workload in wick: the network, one batch, and the step that is timed. */
import '../src/index.js';
import { Dropout } from '../src/nn/dropout.js';
import { crossEntropy } from '../src/nn/functional.js';
import type { Module } from '../src/nn/module.js';
import { rand, randint } from '../src/ops/random.js';
import { Adam } from '../src/optim/adam.js';
import { SGD } from '../src/optim/sgd.js';
import { manualSeed } from '../src/tensor/generator.js';
import { noGrad } from '../src/tensor/grad-mode.js';
import type { Tensor } from '../src/tensor/tensor.js';
import { createModel } from '../src/vision/models/registry.js';
import type { Workload } from './workloads.js';

export interface WickStep {
  /** One step: the loss, or for inference the sum of all logits. */
  readonly run: (images: Tensor, labels: Tensor) => Tensor;
  readonly images: Tensor;
  readonly labels: Tensor;
  readonly model: Module;
}

/**
 * Weights and batch are the same at every call. The learning rate is so small that thousands of steps on the one batch
 * change nothing that could change their speed.
 */
export function wickStep(workload: Workload, lr = 1e-5): WickStep {
  manualSeed(0);
  const model = createModel(workload.architecture);
  if (workload.frozen) {
    model.requiresGrad_(false);
    model.getSubmodule('fc').requiresGrad_(true);
  }
  const trained = model.parameters().filter((p) => p.requiresGrad);
  const optimizer =
    workload.optimizer === 'adam' ? new Adam(trained, { lr }) : new SGD(trained, { lr });
  const images = rand(workload.inputShape);
  const labels = randint(0, workload.classes, [workload.inputShape[0] ?? 1]);

  const train = (x: Tensor, y: Tensor): Tensor => {
    optimizer.zeroGrad();
    const loss = crossEntropy(model.forward(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  };
  const infer = (x: Tensor): Tensor => noGrad(() => model.forward(x).sum());
  model.train(workload.mode === 'train');
  return { run: workload.mode === 'train' ? train : infer, images, labels, model };
}

/** Lets everything through dropout, so that engines with other random numbers can be compared. */
export function withoutDropout(model: Module): void {
  for (const module of model.modules()) if (module instanceof Dropout) module.eval();
}
