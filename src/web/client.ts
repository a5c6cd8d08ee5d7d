/**
 * A model in a Worker, for pages: what `wick export --format web` writes as `wick.js`. The page has this file's few lines; the rest
 * runs beside it and keeps it free.
 */
import type { PictureResult, Prediction, PredictOptions } from '../runs/answers.js';
import type { LoadProgress } from '../runs/fetch-model.js';
import type { PageCard } from '../runs/page-card.js';
import { bitmapOf, isPixelData, type PagePicture } from './bitmap.js';
import type { Answers, Ask, Explanation, Loaded, Reply, Request } from './protocol.js';

// The part of the browser's interface that is used here.
declare class Worker {
  constructor(url: URL | string, options: { type: 'module'; name: string });
  onmessage: (event: { readonly data: Reply }) => void;
  onerror: (event: { readonly message?: string; preventDefault(): void }) => void;
  postMessage(message: Request, transfer: object[]): void;
  terminate(): void;
}

interface Waiting {
  resolve(value: Answers[keyof Answers]): void;
  reject(error: unknown): void;
  onProgress: ((progress: LoadProgress) => void) | undefined;
}

interface Wishes {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

/**
 * A trained model as a function of pictures, beside the page.
 *
 * @example
 * const model = await Classifier.load();
 * const [best] = await model.predict(document.querySelector('img')); // { label: 'cat', probability: 0.98 }
 */
export class Classifier {
  private constructor(
    private readonly line: Line,
    /** What the model's file says of it. */
    readonly card: PageCard,
    /** What computes, and by how many threads. */
    readonly engine: Loaded['engine'],
  ) {}

  /**
   * Loads a model.
   *
   * @param url its address, by default that of the `model.wick` beside this script
   * @throws CheckpointError when it is not there or damaged
   */
  static async load(
    url: string | URL = new URL('./model.wick', import.meta.url),
    wishes: Wishes = {},
  ): Promise<Classifier> {
    const line = new Line();
    const address = new URL(String(url), document.baseURI).href; // the Worker has another base
    try {
      const { card, engine } = await line.ask({ kind: 'load', url: address }, wishes);
      return new Classifier(line, card, engine);
    } catch (error) {
      line.close();
      throw error;
    }
  }

  /** The class names, by number. */
  get classes(): readonly string[] {
    return this.card.classes;
  }

  /** The most probable classes of a picture, the best first; none where the best is less probable than `threshold`. */
  async predict(
    picture: PagePicture,
    options: PredictOptions = {},
  ): Promise<readonly Prediction[]> {
    const { predictions, unsure } = await this.examine(picture, options);
    return unsure ? [] : predictions;
  }

  /** The same, with what there is to know besides. */
  async examine(
    picture: PagePicture,
    { signal, ...options }: PredictOptions = {},
  ): Promise<PictureResult> {
    const sent = await sendable(picture);
    return await this.line.ask({ kind: 'examine', picture: sent, options }, { signal });
  }

  /** Where the model has seen its reasons for a class, by default the most probable one. */
  async explain(
    picture: PagePicture,
    {
      label,
      invert,
      signal,
    }: { label?: string; invert?: PredictOptions['invert']; signal?: AbortSignal } = {},
  ): Promise<Explanation> {
    const sent = await sendable(picture);
    const ask = { kind: 'explain', picture: sent, label, invert } as const;
    return await this.line.ask(ask, { signal });
  }

  /** Ends the Worker. */
  close(): void {
    this.line.close();
  }
}

declare const document: { readonly baseURI: string };

/** A picture that can travel to a Worker. */
async function sendable(picture: PagePicture): Promise<PagePicture> {
  return picture instanceof Blob || isPixelData(picture) ? picture : await bitmapOf(picture);
}

/** The Worker, and who waits for an answer of it. */
class Line {
  private readonly waiting = new Map<number, Waiting>();
  private readonly worker = startWorker();
  private last = 0;

  constructor() {
    this.worker.onmessage = ({ data }) => this.hear(data);
    this.worker.onerror = (event) => {
      event.preventDefault();
      const reason = event.message || 'wick-worker.js, or what it needs, did not load';
      this.fail(new Error(`wick: ${reason}`));
    };
  }

  ask<A extends Ask>(ask: A, { signal, onProgress }: Wishes): Promise<Answers[A['kind']]> {
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const taken = resolve as Waiting['resolve']; // the Worker answers what it was asked
      this.waiting.set(id, { resolve: taken, reject, onProgress });
      this.worker.postMessage({ ...ask, id }, []);
      signal?.addEventListener('abort', () => {
        if (!this.waiting.delete(id)) return;
        this.worker.postMessage({ kind: 'forget', of: id, id: 0 }, []);
        reject(signal.reason);
      });
    });
  }

  close(): void {
    this.worker.terminate();
    this.fail(new Error('wick: the model was closed'));
  }

  private hear(reply: Reply): void {
    const waiting = this.waiting.get(reply.id);
    if (waiting === undefined) return;
    if ('progress' in reply) {
      waiting.onProgress?.(reply.progress);
      return;
    }
    this.waiting.delete(reply.id);
    if ('value' in reply) waiting.resolve(reply.value);
    else waiting.reject(Object.assign(new Error(reply.error.message), { name: reply.error.name }));
  }

  private fail(error: Error): void {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}

function startWorker(): Worker {
  const url = new URL('./wick-worker.js', import.meta.url);
  const options = { type: 'module', name: 'wick' } as const;
  try {
    return new Worker(url, options);
  } catch {
    // A Worker must be of the page's own site; a module that it imports need not.
    const code = `import ${JSON.stringify(url.href)};`;
    return new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })), options);
  }
}
