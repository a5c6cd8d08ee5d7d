import { ValueError } from '../../core/errors.js';
import { OnnxModule } from '../../io/onnx/onnx-module.js';
import { Conv2d } from '../../nn/conv.js';
import { Linear } from '../../nn/linear.js';
import type { Module } from '../../nn/module.js';

/** The layer that gives a classifier's logits. */
export interface Head {
  /** Its name in the model: `fc`, `classifier.6`, `heads.head`. */
  readonly path: string;
  readonly module: Linear | Conv2d;
}

/**
 * The head of a classifier: the last linear layer in the order of its fields or, where it has none, the last convolution, as
 * SqueezeNet's is. That holds for every network of `vision.models`; of one that was read from an ONNX file it is the layer whose
 * output, perhaps averaged, is the network's.
 */
export function headOf(model: Module): Head {
  const heads = model
    .namedModules()
    .flatMap(([path, module]) =>
      path !== '' && (module instanceof Linear || module instanceof Conv2d)
        ? [{ path, module }]
        : [],
    );
  if (model instanceof OnnxModule) {
    const last = heads.find(({ module }) => module === model.head?.());
    if (last !== undefined) return last;
    throw new ValueError(
      'replaceHead',
      'what gives the logits of this ONNX file is no linear layer or convolution with weights of its own',
    );
  }
  const head = heads.findLast(({ module }) => module instanceof Linear) ?? heads.at(-1);
  if (head === undefined)
    throw new ValueError(
      'replaceHead',
      `${model.constructor.name} has neither a Linear layer nor a Conv2d that could be its head`,
    );
  return head;
}

/**
 * Puts a fresh layer for `numClasses` classes in the place of a classifier's head, of the same kind and input; it is trained,
 * also where the rest is frozen. Returns the new head.
 *
 * @example
 * const model = await vision.models.resnet18({ weights: 'imagenet1k' });
 * nn.freeze(model);
 * vision.models.replaceHead(model, 20); // as: model.fc = new nn.Linear(model.fc.inFeatures, 20)
 */
export function replaceHead(model: Module, numClasses: number): Linear | Conv2d {
  const { path, module } = headOf(model);
  const bias = module.bias !== null;
  const head =
    module instanceof Linear
      ? new Linear(module.inFeatures, numClasses, { bias })
      : new Conv2d(module.inChannels, numClasses, module.kernelSize, { bias }); // SqueezeNet's is 1×1
  head.train(module.ownMode);
  model.setSubmodule(path, head);
  return head;
}
