/**
 * The program of a loader's worker thread: makes the data set once, then fetches batches one after the other. A finished
 * batch's memory is handed over, not copied; memory that the data set shares is read in place.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { internalError } from '../../core/errors.js';
import { manualSeed } from '../../tensor/generator.js';
import { buffersOf } from '../collate-arrays.js';
import { type Dataset, makeFromSpec } from '../dataset.js';
import { BatchFetcher } from '../fetch-batch.js';
import { workerSeed } from '../streams.js';
import '../user-modules.js';
import { packError } from './error-message.js';
import type { WorkerReply, WorkerRequest, WorkerSetup } from './protocol.js';

const setup = workerData as WorkerSetup; // what WorkerPool passes
const port = parentPort;
if (port === null) throw internalError('worker.ts runs outside a worker thread');

const opening = open();
opening.catch(() => {}); // each request reports it

let forgotten = -1;
let queue = Promise.resolve();

port.on('message', (request: WorkerRequest) => {
  if (request.kind === 'forget') forgotten = request.id;
  else queue = queue.then(() => answer(request));
});

async function open(): Promise<BatchFetcher> {
  const { init, workerId, seed } = setup;
  manualSeed(workerSeed(seed, workerId));
  if (init !== null) await makeFromSpec({ ...init, argument: workerId });
  return new BatchFetcher(await makeFromSpec<Dataset<unknown>>(setup.dataset), setup.options);
}

async function answer({ id, task, spare }: WorkerRequest & { kind: 'fetch' }): Promise<void> {
  if (id <= forgotten) return;
  try {
    const fetched = await (await opening).fetch(task, spare);
    send({ id, fetched }, setup.options.collate ? buffersOf(fetched.content) : []);
  } catch (error) {
    send({ id, error: packError(error) }, []);
  }
}

function send(reply: WorkerReply, transfer: ArrayBuffer[]): void {
  port?.postMessage(reply, [...new Set(transfer)]);
}
