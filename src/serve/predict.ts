import type { Answers } from './answers.js';
import { type AskedPictures, askedPictures, type PictureLimits } from './asked-pictures.js';
import type { Models } from './models.js';
import { pictureFault } from './picture-fault.js';
import { type Asked, askedIn, predictParameters } from './query.js';
import { HttpError } from './shell/http-error.js';
import type { Visit } from './shell/route.js';

/** Answers `POST /predict`: what a picture shows, or each of several. @throws what is wrong with the request, or with all its pictures */
export async function predict(
  visit: Visit,
  models: Models,
  limits: PictureLimits,
): Promise<Answers['predict']> {
  const asked = askedIn(visit, predictParameters, models);
  const { pictures, list } = await askedPictures(visit, limits);
  visit.countAs(pictures.length);
  const { name: model } = asked.model;
  const [first] = pictures;
  if (!list && first !== undefined) return { model, ...(await examined(first, asked)) };
  return { model, results: await allExamined(pictures, asked) };
}

type Result = Answers['result'];

async function examined(picture: () => Uint8Array, { model, query }: Asked): Promise<Result> {
  const { predictions, ...looks } = await model.examine(picture(), query);
  return { predictions: [...predictions], ...looks };
}

/** Those that cannot be read are their errors among the others. @throws HttpError 422 where none can */
async function allExamined(
  pictures: AskedPictures['pictures'],
  asked: Asked,
): Promise<(Result | Answers['error'])[]> {
  const results = await Promise.all(
    pictures.map((picture) =>
      examined(picture, asked).catch((error) => ({ error: pictureFault(error).message })),
    ),
  );
  const errors = results.flatMap((result) => ('error' in result ? [result.error] : []));
  if (errors.length < results.length) return results;
  throw new HttpError(
    422,
    `none of ${results.length} pictures can be read; of the first: ${errors[0]}`,
  );
}
