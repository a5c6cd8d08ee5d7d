/**
 * The program of a process that trains one trial and ends. Processes rather than threads: a trial that runs out of memory
 * or breaks an engine takes nothing with it, its memory goes back whole, and engine, threads and seeds are its own.
 */
import '../../ops/index.js';
import { internalError } from '../../core/errors.js';
import { preferEngine, setThreads, setWinograd } from '../../engine/select.js';
import { type TrialRequest, trainTrial } from './train-trial.js';
import type { TrialMessage } from './trial-child.js';

const controller = new AbortController();
if (process.send === undefined) throw internalError('trial-process.ts runs outside a study');

// The study tells it to stop; a signal of the terminal goes to both.
for (const name of ['SIGINT', 'SIGHUP'] as const) process.on(name, () => {});
process.on('disconnect', () => process.exit(1)); // the study is no more
process.on('message', (message: TrialRequest | 'stop') => {
  if (message === 'stop') controller.abort();
  else void train(message);
});

async function train(request: TrialRequest): Promise<void> {
  const { engine, threads, winograd } = request.engine;
  setWinograd(winograd);
  setThreads(threads);
  preferEngine(engine);
  const result = await trainTrial(request, {
    signal: controller.signal,
    onEpoch: ({ epoch, heldOut }) => send({ epoch, value: heldOut[request.metric] }),
  });
  send({ result }, () => process.exit(0));
}

function send(message: TrialMessage, then?: () => void): void {
  process.send?.(message, undefined, undefined, () => then?.());
}
