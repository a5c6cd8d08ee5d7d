/** The program of the Worker behind `client.ts`: it has the model, and answers what the page asks. */
import { reasonOf } from '../core/errors.js';
import { engineReport } from '../engine/select.js';
import '../ops/index.js';
import { Classifier } from './classifier.js';
import { examineAll } from './examine-all.js';
import { explainPicture } from './explain-picture.js';
import type { Answers, Reply, Request } from './protocol.js';

// The part of the browser's interface that is used here.
declare const self: {
  onmessage: (event: { readonly data: Request }) => void;
  postMessage(message: Reply): void;
};

let model: Promise<Classifier> = Promise.reject(new Error('no model was asked for'));
model.catch(() => {});

/** What is being answered, by number. */
const open = new Map<number, AbortController>();

self.onmessage = async ({ data: request }) => {
  const { id } = request;
  const cancel = new AbortController();
  open.set(id, cancel);
  try {
    self.postMessage({ id, value: await answer(request, cancel.signal) });
  } catch (error) {
    const name = error instanceof Error ? error.name : 'Error';
    self.postMessage({ id, error: { name, message: reasonOf(error) } });
  } finally {
    open.delete(id);
  }
};

async function answer(request: Request, signal: AbortSignal): Promise<Answers[keyof Answers]> {
  switch (request.kind) {
    case 'load': {
      const { id, url } = request;
      const onProgress = (progress: { bytes: number; total: number | null }) =>
        self.postMessage({ id, progress });
      model = Classifier.load(url, { signal, onProgress });
      const { card } = await model;
      const { engine, threads } = engineReport();
      return { card, engine: { engine, threads } };
    }
    case 'examine':
      return await (await model).examine(request.picture, { ...request.options, signal });
    case 'examineAll': {
      const { pictures, options } = request;
      return await examineAll(await model, pictures, { ...options, signal });
    }
    case 'explain':
      return await explainPicture(await model, request.picture, request.label, request.invert);
    case 'forget':
      open.get(request.of)?.abort();
      return null;
  }
}
