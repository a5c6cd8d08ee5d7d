/** Whether a model is tested on what it was held out from. */
import { DataError } from '../core/errors.js';
import type { Task } from '../recipes/recipe.js';
import type { RunData } from './run-config.js';

/**
 * What people should know of a test part that is not the one that the model's run had; null where it is, or nobody knows.
 *
 * @throws DataError where it is drawn from a folder without parts: drawn from other pictures, it has some that were trained on
 */
export async function changeOfTestPart(
  { choices, name, pictures, train, val, test }: Task,
  { fingerprint, pictures: before }: RunData,
): Promise<string | null> {
  if (fingerprint.test === undefined || fingerprint.test === (await test.fingerprint?.()))
    return null;
  const folder = choices.data ?? name;
  if (!pictures.some((part) => part.name === 'all'))
    return `the test part of ${folder} is not what it was when the model was trained: the scores are of what it is now`;
  const now = train.length + (val?.length ?? 0) + test.length;
  const change =
    before === null || before === now
      ? 'has other pictures than those'
      : `has ${now} pictures, not the ${before}`;
  throw new DataError(
    folder,
    `${change} that the model was trained and tested on: a test part drawn from it anew would have some that were trained on; ` +
      "put the pictures back as they were, or pass { data: 'FOLDER' } with a folder that has parts train and test",
  );
}
