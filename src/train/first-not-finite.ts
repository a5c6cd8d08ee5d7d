import { allFinite } from '../core/all-finite.js';
import { isFloat } from '../core/dtype.js';
import { crossEntropy } from '../nn/functional.js';
import type { Module } from '../nn/module.js';
import { defaultGenerator } from '../tensor/generator.js';
import { noGrad } from '../tensor/grad-mode.js';
import type { Tensor } from '../tensor/tensor.js';
import { copyWeights } from './copy-weights.js';
import type { TrainerOptions } from './trainer-options.js';

/**
 * Where the numbers of a training step on this batch first are not finite, in words: in the batch, in the weights before
 * the step, in the output of a layer, or in the loss alone; null where all are. Leaves everything as it was.
 */
export function firstNotFinite(
  { model, loss = crossEntropy }: TrainerOptions,
  images: Tensor,
  labels: Tensor,
): string | null {
  const size = images.data.length / images.size(0);
  const bad = images.data.findIndex((value: number) => !Number.isFinite(value));
  if (bad >= 0)
    return `picture ${Math.floor(bad / size) + 1} of the batch holds ${images.data[bad]}`;
  for (const [key, { dtype, data }] of model.stateDict())
    if (isFloat(dtype) && !allFinite(data)) return `the step before it made NaN or ∞ of ${key}`;
  const before = copyWeights(model);
  const drawn = noGrad(() => defaultGenerator.state.clone());
  const { found, value } = noGrad(() => forward(model, images, (logits) => loss(logits, labels)));
  model.loadStateDict(before);
  noGrad(() => defaultGenerator.state.copy_(drawn));
  if (found !== null) return `first in the output of ${found}`;
  return Number.isFinite(value) ? null : 'all layers are finite, the loss of their output is not';
}

/** The innermost module whose output comes first of those that are not finite, and the loss. */
function forward(model: Module, images: Tensor, loss: (logits: Tensor) => Tensor) {
  let found: string | null = null;
  const hooks = model.namedModules().map(([name, module]) =>
    module.registerForwardHook((_, __, output) => {
      if (!isFloat(output.dtype) || allFinite(output.data)) return undefined;
      const path = name === '' ? 'the network' : `layer ${name}`;
      found ??= `${path} (${module.constructor.name})`;
      return undefined;
    }),
  );
  try {
    const value = loss(model(images)).item();
    return { found, value };
  } finally {
    for (const hook of hooks) hook.remove();
  }
}
