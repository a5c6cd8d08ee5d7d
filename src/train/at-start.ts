/** What would be found only after the first epoch, or only when all of them are over, is found before them. */
import type { Tensor } from '../tensor/tensor.js';
import { measure } from './measure.js';
import { requireTakeable } from './resuming.js';
import type { Steps } from './steps.js';
import type { Batches, TrainerOptions } from './trainer-options.js';

/**
 * Measures the first batch of each held-out set whose loader can show it, and asks for what a checkpoint needs where one will be
 * taken. Nothing of the training changes by it.
 *
 * @throws whatever the measurement after an epoch, or the first checkpoint, would
 */
export async function requireReady(options: TrainerOptions, steps: Steps): Promise<void> {
  const { model, valLoader, testLoader, callbacks = [] } = options;
  if (callbacks.some(({ lastState }) => lastState !== undefined)) requireTakeable(options);
  model.eval();
  for (const loader of [valLoader, testLoader])
    if (loader?.peek !== undefined)
      await measure(firstOf(loader), steps.heldOut, () => Promise.resolve(true));
}

async function* firstOf(loader: Batches): AsyncGenerator<readonly [Tensor, Tensor]> {
  const first = await loader.peek?.();
  if (first != null) yield first;
}
