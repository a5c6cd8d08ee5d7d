/** The table of recipes, and how names and folders become tasks. */
import { stat } from 'node:fs/promises';
import { DataError, ValueError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { optionReader, requireOneOf } from '../core/options.js';
import { defaultGenerator } from '../tensor/generator.js';
import { cifar10 } from './cifar10.js';
import { fer2013 } from './fer2013.js';
import { folderDefaults, folderName, lookAtFolder, openFolder } from './folder.js';
import { food } from './food.js';
import { digits, fashionMnist, mnist } from './mnist.js';
import type { OpenRequest, Recipe, Task, TaskPictures } from './recipe.js';
import type { SettingsLayer } from './settings/schema.js';
import { sneakers } from './sneakers.js';
import { holdOut } from './validation.js';

export const recipes: readonly Recipe[] = [
  digits,
  mnist,
  fashionMnist,
  cifar10,
  fer2013,
  sneakers,
  food,
];

const readRequest = optionReader<OpenRequest>('openTask', {
  data: true,
  model: true,
  pretrained: true,
  imageSize: true,
  limit: true,
  seed: true,
  classes: true,
  trainTransform: true,
  evalTransform: true,
  valSplit: true,
  cache: true,
  download: true,
  onProgress: true,
  onCache: true,
});

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

/** A recipe or a folder that a name means, not opened yet. */
export interface TaskSource {
  /** Its settings, where the user says nothing. */
  readonly defaults: SettingsLayer;
  open(request: OpenRequest): Promise<Task>;
}

/**
 * What `data` names: a folder of pictures that is there, or else a recipe. `path` is where the recipe's files are, if that
 * is said.
 *
 * @throws ValueError that says which recipe was probably meant
 */
export async function findTask(data: string, path?: string): Promise<TaskSource> {
  const { recipe, folder, note } = await meaning(data, path);
  return {
    defaults: recipe?.defaults ?? folderDefaults,
    open: async (given) => {
      const request = { ...given, seed: given.seed ?? defaultGenerator.drawSeed() };
      const task = recipe
        ? await recipe.open(request)
        : await openFolder({ ...request, data: folder });
      const { valSplit = 0, seed } = request;
      return holdOut({ ...task, notes: [...note, ...task.notes] }, valSplit, seed);
    },
  };
}

/** Opens what `data` names. @throws ValueError that says which recipe was probably meant */
export async function openTask(data: string, ...given: [request?: OpenRequest]): Promise<Task> {
  const request = readRequest(given);
  requireOneOf('openTask', 'cache', request.cache ?? 'none', ['none', 'ram', 'disk']);
  return await (await findTask(data, request.data)).open(request);
}

/** What `openTask` would train on, to be looked at: a folder's pictures may be too few for a training. */
export async function openPictures(data: string, request: OpenRequest): Promise<TaskPictures> {
  const { recipe, folder, note } = await meaning(data, request.data);
  if (recipe !== undefined) return await recipe.open({ seed: 0, ...request });
  const looked = await lookAtFolder({ ...request, data: folder });
  return { ...looked, notes: [...note, ...looked.notes] };
}

/** Opens the data of a run again, by the recipe's name in its config.json. */
export async function reopenTask(recipe: string, given: OpenRequest): Promise<Task> {
  const request = { seed: 0, ...given }; // that of runs that tell none: another would draw pictures that were trained on
  const task =
    recipe === folderName ? await openFolder(request) : await requireRecipe(recipe).open(request);
  return holdOut(task, request.valSplit ?? 0, request.seed);
}

/** The settings of a recipe by its name in config.json. @throws ValueError for a name that is unknown */
export function defaultsOf(recipe: string): SettingsLayer {
  return recipe === folderName ? folderDefaults : requireRecipe(recipe).defaults;
}

/** Whether a name means a folder or a recipe. A folder that is there wins, unless `data` says where the recipe's files are. */
async function meaning(
  data: string,
  path: string | undefined,
): Promise<{ recipe?: Recipe; folder: string; note: readonly string[] }> {
  if (data === folderName && path !== undefined) return { folder: path, note: [] }; // as config.json names them
  const recipe = findRecipe(data);
  if (recipe !== undefined && path !== undefined) return { recipe, folder: data, note: [] };
  const isFolder = await stat(data).then(
    (status) => status.isDirectory(),
    () => null,
  );
  if (recipe !== undefined && isFolder !== true) return { recipe, folder: data, note: [] };
  if (isFolder === true) {
    if (path !== undefined)
      throw new ValueError(data, `data='${path}', but it is a folder itself; leave one out`);
    const note = `the folder ${data} is used, not the data set that wick knows as ${data}`;
    return { folder: data, note: recipe === undefined ? [] : [note] };
  }
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
