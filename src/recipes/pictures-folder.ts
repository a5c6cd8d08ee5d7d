import { access } from 'node:fs/promises';
import { cacheFolder } from '../core/cache-folder.js';
import { notFound } from '../vision/datasets/locate.js';

/** The folder of a recipe whose pictures have no public address: the user's, or `cached` in the data cache. */
export async function picturesFolder(
  recipe: string,
  cached: string,
  data: string | undefined,
): Promise<string> {
  if (data !== undefined) return data;
  const path = cacheFolder('datasets', cached);
  const there = await access(path).then(
    () => true,
    () => false,
  );
  if (there) return path;
  const tried = [`${path} (does not exist)`];
  throw notFound(recipe, path, tried, 'it has no public address: say where the folder is (--data)');
}
