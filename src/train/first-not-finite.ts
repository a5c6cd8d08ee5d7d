import { allFinite } from '../core/all-finite.js';
import { isFloat } from '../core/dtype.js';
import { largestFloat16 } from '../engine/precision.js';
import { crossEntropy } from '../nn/functional.js';
import type { Module } from '../nn/module.js';
import { readElementsAsync } from '../tensor/execute.js';
import { defaultGenerator } from '../tensor/generator.js';
import { noGrad } from '../tensor/grad-mode.js';
import type { Tensor } from '../tensor/tensor.js';
import { copyWeights } from './copy-weights.js';
import type { TrainerOptions } from './trainer-options.js';

/**
 * Where the numbers of a training step on this batch first are not finite, in words: in the batch, in the weights before
 * the step, in the output of a layer, of which `float16` may hold less, or in the loss alone; null where all are. Leaves
 * everything as it was.
 */
export async function firstNotFinite(
  { model, loss = crossEntropy, precision }: TrainerOptions,
  images: Tensor,
  labels: Tensor,
): Promise<string | null> {
  const pixels = await images.dataAsync();
  const size = pixels.length / images.size(0);
  const bad = pixels.findIndex((value: number) => !Number.isFinite(value));
  if (bad >= 0) return `picture ${Math.floor(bad / size) + 1} of the batch holds ${pixels[bad]}`;
  for (const [key, value] of model.stateDict())
    if (isFloat(value.dtype) && !allFinite(await readElementsAsync(value, 'Trainer')))
      return `the step before it made NaN or ∞ of ${key}`;
  const before = copyWeights(model);
  const drawn = noGrad(() => defaultGenerator.state.clone());
  const { outputs, value } = noGrad(() => forward(model, images, (logits) => loss(logits, labels)));
  model.loadStateDict(before);
  noGrad(() => defaultGenerator.state.copy_(drawn));
  for (const { from, wrong } of outputs)
    if ((await wrong.itemAsync()) > 0) return `first in the output of ${from}`;
  // The layers have been looked at in float32.
  for (const { from, largest } of precision === 'float16' ? outputs : [])
    if ((await largest.itemAsync()) > largestFloat16)
      return `float16 holds numbers up to ${largestFloat16}, and there are larger ones in the output of ${from}`;
  if (Number.isFinite(await value.itemAsync())) return null;
  return 'all layers are finite, the loss of their output is not';
}

/**
 * How many elements of each module's output are not finite, and the largest, in the order in which outputs come, innermost first;
 * and the loss.
 */
function forward(model: Module, images: Tensor, loss: (logits: Tensor) => Tensor) {
  const outputs: { readonly from: string; readonly wrong: Tensor; readonly largest: Tensor }[] = [];
  const hooks = model.namedModules().map(([name, module]) =>
    module.registerForwardHook((_, __, output) => {
      if (!isFloat(output.dtype)) return undefined;
      const path = name === '' ? 'the network' : `layer ${name}`;
      const wrong = output.isfinite().eq(0).to('float32').sum();
      const from = `${path} (${module.constructor.name})`;
      outputs.push({ from, wrong, largest: output.abs().max() });
      return undefined;
    }),
  );
  try {
    return { outputs, value: loss(model(images)) };
  } finally {
    for (const hook of hooks) hook.remove();
  }
}
