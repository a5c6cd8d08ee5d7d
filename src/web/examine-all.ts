import { DataError } from '../core/errors.js';
import type { PredictOptions } from '../runs/answers.js';
import { predictAll } from '../runs/predict-all.js';
import { readPredictOptions } from '../runs/predict-options.js';
import type { PagePicture } from './bitmap.js';
import type { Classifier } from './classifier.js';
import type { SentAnswer, SentPicture } from './protocol.js';

/** Answers pictures that a page has sent, in their order. */
export async function examineAll(
  model: Classifier,
  pictures: readonly SentPicture[],
  options: PredictOptions,
): Promise<SentAnswer[]> {
  const query = readPredictOptions([options], model.classes.length);
  const asked = pictures.map((sent) => ({
    name: sent.name,
    source: 'problem' in sent ? new DataError(sent.name, sent.problem) : sent.picture,
  }));
  const answers: SentAnswer[] = [];
  for await (const answer of predictAll<PagePicture>(model, asked, query)) {
    const { error, picture } = answer;
    answers.push(error === null ? answer : { picture, error: error.detail });
  }
  return answers;
}
