import { ValueError } from '../core/errors.js';
import { quote } from '../core/outside-text.js';
import type { Module } from '../nn/module.js';
import { grad } from '../tensor/autograd.js';
import type { Tensor } from '../tensor/tensor.js';
import { targetScores } from './targets.js';

/** A forward pass whose tape starts at a layer. */
export interface RunFromLayer {
  readonly scores: Tensor;
  /** What the layer gave, as a leaf. */
  readonly output: Tensor;
}

/** Runs the model on `images` and lets the tape start at what `layer` gives; at the last time, where it runs several times. */
export function runFrom(
  subject: string,
  model: Module,
  layer: string,
  images: Tensor,
): RunFromLayer {
  let leaf: Tensor | undefined;
  const handle = model.getSubmodule(layer).registerForwardHook((_, __, output) => {
    leaf = output.detach().requiresGrad_();
    return leaf;
  });
  try {
    const scores = model(images);
    if (leaf === undefined)
      throw new ValueError(
        subject,
        `layer ${quote(layer)} does not run when the model does; choose one that runs`,
      );
    return { scores, output: leaf };
  } finally {
    handle.remove();
  }
}

/** The gradient of the targets' scores by what the layer gave. @throws ValueError where they do not depend on it */
export function layerGradient(
  subject: string,
  layer: string,
  { scores, output }: RunFromLayer,
  targets: Tensor,
): Tensor {
  const score = targetScores(scores, targets).sum();
  const gradient = score.requiresGrad ? grad(score, [output], { allowUnused: true })[0] : null;
  if (gradient === null || gradient === undefined)
    throw new ValueError(
      subject,
      `the scores do not depend on layer ${quote(layer)}; choose one that leads to them`,
    );
  return gradient;
}
