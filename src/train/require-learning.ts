/** A training in which nothing can learn is refused: with a frozen part too many it would end in the middle, or change nothing. */
import { ValueError } from '../core/errors.js';
import type { Optimizer } from '../optim/optimizer.js';
import { ChangesParts } from './callbacks/parts-by-epoch.js';
import { keepFlags } from './keep-flags.js';
import type { TrainerOptions } from './trainer-options.js';

/** Throws unless a parameter of the optimizer takes a gradient, from epoch `from` on where it is given. */
export function requireLearning({ paramGroups }: Optimizer, from?: number): void {
  const parameters = paramGroups.flatMap(({ params }) => params);
  if (parameters.some(({ requiresGrad }) => requiresGrad)) return;
  const when = from === undefined ? '' : ` from epoch ${from} on`;
  throw new ValueError(
    'Trainer',
    `nothing would learn${when}: all ${parameters.length} parameters of the optimizer are frozen; leave a part to learn ` +
      '(nn.unfreeze, or requiresGrad = true)',
  );
}

/** Asks that of each epoch before which `Freeze` and `Unfreeze` are to change what learns, and leaves everything as it is. */
export function requireLearners({ model, optimizer, epochs, callbacks = [] }: TrainerOptions) {
  const changing = callbacks.filter((callback) => callback instanceof ChangesParts);
  const changed = new Set(changing.flatMap((callback) => callback.epochs));
  const putBack = keepFlags(model);
  try {
    for (const epoch of [...changed].filter((at) => at <= epochs).sort((a, b) => a - b)) {
      for (const callback of changing) callback.changeAt(epoch, model);
      requireLearning(optimizer, epoch);
    }
  } finally {
    putBack();
  }
}
