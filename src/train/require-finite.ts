/** What stops a training whose numbers have left the finite: nothing learned from there on, nothing saved, would be of use. */
import { allFinite } from '../core/all-finite.js';
import { isFloat } from '../core/dtype.js';
import { NotFiniteError, type NotFinitePlace } from '../core/errors.js';
import type { Module } from '../nn/module.js';
import { readElementsAsync } from '../tensor/execute.js';

const advice = 'lower the learning rate, clip gradients, or look for NaN in the data';

/** The same error with where the numbers left the finite first. */
export function withCause(error: NotFiniteError, cause: string | null): NotFiniteError {
  if (cause === null) return error;
  const what = error.detail.replace(`; ${advice}`, '');
  return new NotFiniteError(error.subject, `${what}: ${cause}; ${advice}`, error.place);
}

/** Throws unless the loss of a batch, of which there are `batches`, is finite. */
export function requireFiniteLoss(
  loss: number,
  place: NotFinitePlace,
  batches: number,
  lr: number,
): void {
  if (Number.isFinite(loss)) return;
  const { epoch, batch, split } = place;
  const which = split === 'train' ? 'loss' : `${split} loss`;
  throw new NotFiniteError(
    'Trainer',
    `the ${which} is ${loss} at epoch ${epoch}, batch ${batch} of ${batches} (lr ${lr}); ${advice}`,
    place,
  );
}

/** Throws unless all weights and buffers are finite: engines may lose a NaN on its way to the loss. */
export async function requireFiniteWeights(model: Module, epoch: number): Promise<void> {
  for (const [key, value] of model.stateDict())
    if (isFloat(value.dtype) && !allFinite(await readElementsAsync(value, 'Trainer')))
      throw new NotFiniteError('Trainer', `${key} holds NaN or ∞ after epoch ${epoch}; ${advice}`, {
        epoch,
        batch: null,
        split: 'train',
      });
}
