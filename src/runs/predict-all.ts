/** Many pictures: decoded side by side, answered in batches, told in order. */
import { DataError } from '../core/errors.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Answer } from './answers.js';
import type { AskedPicture } from './asked-picture.js';
import { type Invert, type PredictQuery, ranked } from './predict-options.js';
import type { PreparedPicture } from './scorer.js';
import { stackInputs } from './stack-inputs.js';
import { type TestTimeViews, viewCount } from './test-time-views.js';

/** A model that answers pictures of the kind `P`: of files in Node, of pages in a browser. */
export interface AnsweringModel<P> {
  readonly card: { readonly classes: readonly string[] };
  /** @throws DataError when it is no picture that can be read */
  prepare(picture: P, invert: Invert, name: string): Promise<PreparedPicture>;
  /** Inputs `[N, C, H, W]` → probabilities `[N, K]`. */
  probabilities(inputs: Tensor, tta: TestTimeViews | null): Promise<Tensor>;
}

/** Inputs that the network takes at a time, views counted. */
const batchSize = 32;

/** Pictures that are decoded at a time: as many as may lie in memory at their full size. */
const decodedAhead = 8;

type Read = { readonly picture: string } & (
  | { readonly prepared: PreparedPicture }
  | { readonly error: DataError }
);

/** Answers for pictures in their order. One that cannot be read is a DataError among them. */
export async function* predictAll<P>(
  model: AnsweringModel<P>,
  pictures: AsyncIterable<AskedPicture<P>> | Iterable<AskedPicture<P>>,
  query: PredictQuery,
): AsyncGenerator<Answer> {
  const most = Math.max(1, Math.floor(batchSize / (query.tta === null ? 1 : viewCount(query.tta))));
  const read = async ({ name, source }: AskedPicture<P>): Promise<Read> => {
    try {
      if (source instanceof DataError) throw source;
      return { picture: name, prepared: await model.prepare(source, query.invert, name) };
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      return { picture: name, error };
    }
  };
  let waiting: Read[] = [];
  let inputs = 0;
  for await (const one of ahead(pictures, read, decodedAhead)) {
    query.signal?.throwIfAborted();
    waiting.push(one);
    if ('prepared' in one) inputs++;
    if (inputs === most) {
      yield* await answers(model, waiting, query);
      waiting = [];
      inputs = 0;
    }
  }
  // Those that fill no batch go one by one: batches of any size would each be compiled.
  for (const one of waiting) {
    query.signal?.throwIfAborted();
    yield* await answers(model, [one], query);
  }
}

async function answers<P>(
  model: AnsweringModel<P>,
  reads: readonly Read[],
  query: PredictQuery,
): Promise<Answer[]> {
  const { classes } = model.card;
  const inputs = reads.flatMap((one) => ('prepared' in one ? [one.prepared.input] : []));
  if (inputs.length === 0) return reads.flatMap((one) => ('error' in one ? [one] : []));
  const rows = await model.probabilities(stackInputs(inputs), query.tta);
  const probabilities = await rows.dataAsync();
  let row = 0;
  return reads.map((one) => {
    if ('error' in one) return one;
    const { looksInverted, inverted } = one.prepared;
    const own = probabilities.subarray(row * classes.length, ++row * classes.length);
    const { picture } = one;
    return { picture, error: null, ...ranked(classes, own, query), looksInverted, inverted };
  });
}

/** `work` on each item, on `count` of them at a time, in their order. */
async function* ahead<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  work: (item: T) => Promise<R>,
  count: number,
): AsyncGenerator<R> {
  const begun: Promise<R>[] = [];
  for await (const item of items) {
    const result = work(item);
    result.catch(() => {}); // it is thrown when its turn comes
    begun.push(result);
    const first = begun.length >= count ? begun.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const result of begun) yield await result;
}
