import type { DataError } from '../core/errors.js';

/** A picture that is asked about; one that could not be found is its error. */
export interface AskedPicture<P> {
  /** What it is called in results. */
  readonly name: string;
  readonly source: P | DataError;
}

/** Pictures with their names; those that have none are called by their place, from 0. */
export async function* named<P>(
  pictures: AsyncIterable<P> | Iterable<P>,
  nameOf: (picture: P) => string | undefined,
): AsyncGenerator<{ readonly name: string; readonly source: P }> {
  let place = 0;
  for await (const source of pictures) {
    yield { name: nameOf(source) ?? `image ${place}`, source };
    place++;
  }
}
