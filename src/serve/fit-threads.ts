import { engineReport, setThreads } from '../engine/select.js';
import type { ServedModel } from './served-model.js';

/** Networks that take less for a picture, in milliseconds: about what it takes to receive and decode one. */
const quickMs = 0.5;

/**
 * Lets networks that are all quick compute on one thread. Batches of a few pictures are over before threads have met at their
 * barriers, on CPUs on which pictures are being decoded at that time: several threads answer fewer requests than one does.
 */
export async function fitThreads(
  models: readonly Pick<ServedModel, 'inputMs' | 'warm'>[],
): Promise<void> {
  if (engineReport().threads === 1 || models.some(({ inputMs }) => inputMs >= quickMs)) return;
  setThreads(1);
  for (const model of models) await model.warm();
}
