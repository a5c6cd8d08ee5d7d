/**
 * A model in a Worker, for pages: what `wick export --format web` writes as `wick.js`. The page has this file's few lines; the rest
 * runs beside it and keeps it free.
 */
import { DataError } from '../core/errors.js';
import type { Answer, PictureResult, Prediction, PredictOptions } from '../runs/answers.js';
import { named } from '../runs/asked-picture.js';
import type { PageCard } from '../runs/page-card.js';
import { bitmapOf, isPixelData, nameOf, type PagePicture } from './bitmap.js';
import { Line, type Wishes } from './line.js';
import type { Explanation, Loaded, SentPicture } from './protocol.js';

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

  /**
   * What many pictures show, in their order, answered in batches. A picture that cannot be read is told by its error, and keeps
   * nobody from the others. Files are called by their names, all else by its place, from 0.
   */
  async *predictAll(
    pictures: AsyncIterable<PagePicture> | Iterable<PagePicture>,
    { signal, ...options }: PredictOptions = {},
  ): AsyncGenerator<Answer> {
    const answers = async (some: readonly SentPicture[]): Promise<Answer[]> => {
      const ask = { kind: 'examineAll', pictures: some, options } as const;
      const told = await this.line.ask(ask, { signal });
      return told.map((one) =>
        one.error === null ? one : { ...one, error: new DataError(one.picture, one.error) },
      );
    };
    let waiting: SentPicture[] = [];
    for await (const { name, source } of named(pictures, nameOf)) {
      signal?.throwIfAborted();
      waiting.push(await sent(name, source));
      if (waiting.length < batch) continue;
      yield* await answers(waiting);
      waiting = [];
    }
    if (waiting.length > 0) yield* await answers(waiting);
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

/** Pictures that the Worker is sent at a time. */
const batch = 32;

async function sent(name: string, picture: PagePicture): Promise<SentPicture> {
  try {
    return { name, picture: await sendable(picture) };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { name, problem: error.detail };
  }
}

/** A picture that can travel to a Worker. */
async function sendable(picture: PagePicture): Promise<PagePicture> {
  return picture instanceof Blob || isPixelData(picture) ? picture : await bitmapOf(picture);
}
