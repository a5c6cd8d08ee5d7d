/** The table of recipes, and how names and folders become tasks. */
import { stat } from 'node:fs/promises';
import { DataError, ValueError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { cifar10 } from './cifar10.js';
import { fer2013 } from './fer2013.js';
import { folderName, openFolder } from './folder.js';
import { food3 } from './food3.js';
import { digits, fashionMnist, mnist } from './mnist.js';
import type { OpenRequest, Recipe, Task } from './recipe.js';
import { sneakers } from './sneakers.js';

export const recipes: readonly Recipe[] = [
  digits,
  mnist,
  fashionMnist,
  cifar10,
  fer2013,
  sneakers,
  food3,
];

/** The recipe of that name. */
export function findRecipe(name: string): Recipe | undefined {
  return recipes.find((r) => r.name === name || r.aliases?.includes(name));
}

/** The recipe of that name. @throws ValueError that says which was probably meant */
export function requireRecipe(name: string): Recipe {
  const found = findRecipe(name);
  if (found === undefined) throw unknown(name);
  return found;
}

/**
 * Opens what `data` names: a recipe, or else a folder of pictures.
 *
 * @throws ValueError that says which recipe was probably meant
 */
export async function openTask(data: string, request: OpenRequest): Promise<Task> {
  const known = findRecipe(data);
  if (known !== undefined) return await known.open(request);
  if (data === folderName && request.data !== undefined) return await openFolder(request);
  const isFolder = await stat(data).then(
    (status) => status.isDirectory(),
    () => null,
  );
  if (isFolder === true) return await openFolder({ ...request, data });
  if (isFolder === false)
    throw new DataError(
      data,
      'is a file; a folder of pictures or the name of a data set is required',
    );
  if (/[\\/]/.test(data)) throw new DataError(data, 'there is no such folder');
  throw unknown(data);
}

function unknown(name: string): ValueError {
  const names = recipes.map((r) => r.name);
  const meant = nearest(name, names);
  return new ValueError(
    name,
    `is no data set that wick knows; known are ${names.join(', ')}, and any folder of pictures` +
      `${meant === undefined ? '' : `; did you mean ${meant}?`}`,
  );
}
