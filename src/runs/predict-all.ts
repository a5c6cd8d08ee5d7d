/** Many pictures: decoded side by side, answered in batches, told in order. */
import { DataError } from '../core/errors.js';
import { cat } from '../ops/functions.js';
import { type PictureResult, type PredictQuery, ranked } from './predict-options.js';
import type { PreparedPicture } from './scorer.js';
import { viewCount } from './test-time-views.js';
import type { Picture, TrainedModel } from './trained-model.js';

/** A picture that is asked about; one that could not be found is its error. */
export interface AskedPicture {
  /** What it is called in results. */
  readonly name: string;
  readonly source: Picture | DataError;
}

/** What is told of a picture: what it shows, or why it cannot be read. */
export type Answer =
  | ({ readonly picture: string; readonly error: null } & PictureResult)
  | { readonly picture: string; readonly error: DataError };

/** Inputs that the network takes at a time, views counted. */
const batchSize = 32;

/** Pictures that are decoded at a time: as many as may lie in memory at their full size. */
const decodedAhead = 8;

type Read = { readonly picture: string } & (
  | { readonly prepared: PreparedPicture }
  | { readonly error: DataError }
);

/** Answers for pictures in their order. One that cannot be read is a DataError among them. */
export async function* predictAll(
  trained: TrainedModel,
  pictures: AsyncIterable<AskedPicture> | Iterable<AskedPicture>,
  query: PredictQuery,
): AsyncGenerator<Answer> {
  const most = Math.max(1, Math.floor(batchSize / (query.tta === null ? 1 : viewCount(query.tta))));
  const read = async ({ name, source }: AskedPicture): Promise<Read> => {
    try {
      if (source instanceof DataError) throw source;
      return { picture: name, prepared: await trained.prepare(source, query.invert, name) };
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
      yield* await answers(trained, waiting, query);
      waiting = [];
      inputs = 0;
    }
  }
  // Those that fill no batch go one by one: batches of any size would each be compiled.
  for (const one of waiting) {
    query.signal?.throwIfAborted();
    yield* await answers(trained, [one], query);
  }
}

async function answers(
  trained: TrainedModel,
  reads: readonly Read[],
  query: PredictQuery,
): Promise<Answer[]> {
  const { classes } = trained.card;
  const inputs = reads.flatMap((one) => ('prepared' in one ? [one.prepared.input] : []));
  if (inputs.length === 0) return reads.flatMap((one) => ('error' in one ? [one] : []));
  const rows = await trained.probabilities(cat(inputs), query.tta);
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
