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
  if (list || first === undefined) return { model, results: await allExamined(pictures, asked) };
  return { model, ...(await asked.model.examine(first(), asked.query)) };
}

type Told = Answers['result'] | Answers['error'];

/** Those that cannot be read are their errors among the others. @throws HttpError 422 where none can */
async function allExamined(
  pictures: AskedPictures['pictures'],
  { model, query }: Asked,
): Promise<readonly Told[]> {
  const results = await Promise.all(
    pictures.map(async (picture): Promise<Told> => {
      try {
        return await model.examine(picture(), query);
      } catch (error) {
        return { error: pictureFault(error).message };
      }
    }),
  );
  const [first] = results;
  if (first === undefined || !('error' in first) || results.some((one) => !('error' in one)))
    return results;
  throw new HttpError(
    422,
    `none of ${results.length} pictures can be read; of the first: ${first.error}`,
  );
}
