/** A study of a recipe file: code, which only the user may start, and which is the same in all trials. */

import { resolve } from 'node:path';
import { DataError } from '../../core/errors.js';
import { isCodeFile } from '../../core/load-module.js';
import { changeOf, recordedRecipe } from '../../recipes/file/load-recipe.js';
import { folderName } from '../../recipes/folder.js';
import type { Task } from '../../recipes/recipe.js';
import type { StudyDefinition } from './study-definition.js';

/** How a study names what it trains on, wherever it is gone on with. */
export function dataOf(
  data: string,
  { recipe, code }: Task,
): Pick<StudyDefinition, 'data' | 'code'> {
  if (code !== undefined)
    return { data: code.path, code: { path: code.path, sha256: code.sha256 } };
  return { data: recipe === folderName ? resolve(data) : data };
}

/**
 * Makes sure that the code of a study is what it was, and may be started. `named` is the file with its recipe, where the user
 * names it. Returns what has changed of the definition: the place of the file.
 *
 * @throws DataError for code that was changed, or has not been run on this machine
 */
export async function requireCode(
  study: string,
  { data, code }: StudyDefinition,
  named?: string,
): Promise<Partial<StudyDefinition>> {
  if (code === undefined && named === undefined && !isCodeFile(data)) return {};
  if (code?.path !== data)
    throw new DataError(
      study,
      `recipe=${named ?? data}, but it is no study of a recipe file; leave it out`,
    );
  const file = await recordedRecipe(study, code, named);
  const change = changeOf(code, file);
  if (change !== null)
    throw new DataError(
      study,
      `${change}: trials of both cannot be compared; restore the file, or begin anew`,
    );
  return named === undefined ? {} : { data: file.code.path, code: file.code };
}
