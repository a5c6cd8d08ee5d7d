import { engineReport, setThreads } from '../engine/select.js';
import type { ServedModel } from './served-model.js';

/** Networks that take less for a picture on one thread, in milliseconds: a few times what it takes to receive and decode one. */
const quickMs = 1;

/** Those that take longer than this on all threads are not tried on one. */
const triedMs = 4 * quickMs;

/**
 * Lets networks that are all quick compute on one thread. Batches of a few pictures are over before threads have met at their
 * barriers, on CPUs on which pictures are being decoded at that time: several threads answer fewer requests than one does. How
 * quick a network is, one thread tells: on several it takes longer, by as much as other programs keep one of them from its CPU.
 */
export async function fitThreads(
  models: readonly Pick<ServedModel, 'inputMs' | 'warm'>[],
): Promise<void> {
  const { threads } = engineReport();
  if (threads === 1 || models.some(({ inputMs }) => inputMs >= triedMs)) return;
  await warmOn(1, models);
  if (models.some(({ inputMs }) => inputMs >= quickMs)) await warmOn(threads, models);
}

async function warmOn(count: number, models: readonly Pick<ServedModel, 'warm'>[]): Promise<void> {
  setThreads(count);
  for (const model of models) await model.warm();
}
