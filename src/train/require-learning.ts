/** A training in which nothing can learn is refused: with a frozen part too many it would end in the middle, or change nothing. */
import { ValueError } from '../core/errors.js';
import type { Module } from '../nn/module.js';
import type { Tensor } from '../tensor/tensor.js';
import { ChangesParts } from './callbacks/parts-by-epoch.js';
import { keepFlags } from './keep-flags.js';
import type { TrainerOptions } from './trainer-options.js';

/**
 * Throws unless the optimizer has parameters of the model, and one that it has takes a gradient, from epoch `from` on where it is
 * given. A model whose layers are in no field has no parameters that are known.
 */
export function requireLearning(
  { model, optimizer: { paramGroups } }: Pick<TrainerOptions, 'model' | 'optimizer'>,
  from?: number,
): void {
  const parameters = paramGroups.flatMap(({ params }) => params);
  if (parameters.some(({ requiresGrad }) => requiresGrad)) {
    requireOwn(model, parameters);
    return;
  }
  const when = from === undefined ? '' : ` from epoch ${from} on`;
  throw new ValueError(
    'Trainer',
    `nothing would learn${when}: all ${parameters.length} parameters of the optimizer are frozen; leave a part to learn ` +
      '(nn.unfreeze, or requiresGrad = true)',
  );
}

function requireOwn(model: Module, parameters: readonly Tensor[]): void {
  const own = new Set<Tensor>(model.parameters());
  if (own.size === 0 || parameters.some((parameter) => own.has(parameter))) return;
  throw new ValueError(
    'Trainer',
    `the optimizer has none of the ${own.size} parameters of the model, which would not learn; make it of model.parameters(), after ` +
      'the last of its layers was put in its place',
  );
}

/**
 * Asks that of each epoch before which `Freeze` and `Unfreeze` are to change what learns, and leaves everything as it is. Paths that
 * are not there are named, whenever their epoch comes.
 */
export function requireLearners(
  options: Pick<TrainerOptions, 'model' | 'optimizer' | 'epochs' | 'callbacks'>,
): void {
  const { model, epochs, callbacks = [] } = options;
  const changing = callbacks.filter((callback) => callback instanceof ChangesParts);
  for (const callback of changing) callback.requireParts(model);
  const changed = new Set(changing.flatMap((callback) => callback.epochs));
  const putBack = keepFlags(model);
  try {
    for (const epoch of [...changed].filter((at) => at <= epochs).sort((a, b) => a - b)) {
      for (const callback of changing) callback.changeAt(epoch, model);
      requireLearning(options, epoch);
    }
  } finally {
    putBack();
  }
}
