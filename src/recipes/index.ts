/** The table of recipes, and how names and folders become tasks. */
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DataError, ValueError } from '../core/errors.js';
import { isCodeFile, shownPath } from '../core/load-module.js';
import { nearest } from '../core/nearest.js';
import { optionReader, requireOneOf } from '../core/options.js';
import { quote } from '../core/outside-text.js';
import { defaultGenerator } from '../tensor/generator.js';
import { cifar10 } from './cifar10.js';
import { cifar10Fast } from './cifar10-fast.js';
import { cifar10Lr } from './cifar10-lr.js';
import { fer2013 } from './fer2013.js';
import {
  type CodeRecord,
  changeOf,
  loadRecipe,
  type RecipeFile,
  recordedRecipe,
} from './file/load-recipe.js';
import { defaultsOfFile, fileName, type NamedSource, openFile } from './file/open-file.js';
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
  cifar10Lr,
  cifar10Fast,
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
  network: true,
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
 * What `data` names: a recipe file, a folder of pictures that is there, or else a recipe. `path` is where the recipe's files
 * are, if that is said. To name a recipe file is to run it.
 *
 * @throws ValueError that says which recipe was probably meant; DataError for a file that is no recipe
 */
export async function findTask(data: string, path?: string): Promise<TaskSource> {
  if (isCodeFile(data)) return fileSource(await loadRecipe(data));
  const { recipe, folder, note } = await meaning(data, path);
  return source({
    defaults: recipe?.defaults ?? folderDefaults,
    open: async (request) => {
      const task = recipe
        ? await recipe.open(request)
        : await openFolder({ ...request, data: folder });
      return { ...task, notes: [...note, ...task.notes] };
    },
  });
}

/** Opens with a seed, and a validation part that is drawn where one is asked for. */
function source({ defaults, open }: Omit<NamedSource, 'inputShape'>): TaskSource {
  return {
    defaults,
    open: async (given) => {
      const request = { ...given, seed: given.seed ?? defaultGenerator.drawSeed() };
      return holdOut(await open(request), request.valSplit ?? 0, request.seed);
    },
  };
}

function fileSource(file: RecipeFile): TaskSource {
  const named = namedBy(file);
  return source({
    defaults: defaultsOfFile(file, named?.defaults),
    open: (request) => openFile(file, named, request),
  });
}

/** What the `data` of a recipe file names; null where it is a function. */
function namedBy({ code, definition: { data } }: RecipeFile): NamedSource | null {
  if (typeof data !== 'string') return null;
  const recipe = findRecipe(data);
  if (recipe !== undefined) return recipe;
  const folder = resolve(dirname(code.path), data);
  return {
    defaults: folderDefaults,
    inputShape: null,
    open: async (request) => {
      const { data: path = folder } = request;
      const isThere = await stat(path).catch(() => null);
      if (isThere === null)
        throw new DataError(
          shownPath(code.path),
          `data is ${quote(data)}, which is neither a folder (${path}) nor a data set that wick knows (${names()})`,
        );
      return await openFolder({ ...request, data: path });
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
  if (isCodeFile(data)) return await (await findTask(data)).open({ seed: 0, ...request });
  const { recipe, folder, note } = await meaning(data, request.data);
  if (recipe !== undefined) return await recipe.open({ seed: 0, ...request });
  const looked = await lookAtFolder({ ...request, data: folder });
  return { ...looked, notes: [...note, ...looked.notes] };
}

/** What a run was trained on, by what its config.json says. `named` is the recipe file that the user names for it. */
export async function findAgain(
  run: string,
  { recipe, code }: { readonly recipe: string; readonly code?: CodeRecord | undefined },
  named?: string,
): Promise<TaskSource & { readonly note: string | null }> {
  if (recipe === fileName && code !== undefined) {
    const file = await recordedRecipe(run, code, named);
    return { ...fileSource(file), note: changeOf(code, file) };
  }
  if (named !== undefined)
    throw new ValueError(
      run,
      `recipe=${named}, but it was trained without code of its own; leave it out`,
    );
  const found =
    recipe === folderName ? { defaults: folderDefaults, open: openFolder } : requireRecipe(recipe);
  const { defaults, open } = source(found);
  // The seed of runs that tell none: another would draw pictures that were trained on.
  return { defaults, open: (request) => open({ seed: 0, ...request }), note: null };
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
  const meant = nearest(
    name,
    recipes.map((r) => r.name),
  );
  return new ValueError(
    name,
    `is no data set that wick knows; known are ${names()}, any folder of pictures, and recipe files (.ts, .js)` +
      `${meant === undefined ? '' : `; did you mean ${meant}?`}`,
  );
}

function names(): string {
  return recipes.map((r) => r.name).join(', ');
}
