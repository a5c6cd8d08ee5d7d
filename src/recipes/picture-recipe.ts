import { access } from 'node:fs/promises';
import { cacheFolder } from '../data/cache-folder.js';
import { notFound } from '../vision/datasets/locate.js';
import { openFolderData } from './folder-data.js';
import { findLayout } from './folder-layout.js';
import type { InputShape, OpenRequest, Recipe, Task } from './recipe.js';
import { makeTask, type TaskTransforms } from './task.js';

/**
 * Opens a recipe whose pictures lie in a folder, the user's or `cached` in the data cache, with the transforms for
 * inputs of `imageSize` pixels. The classes are the folder's.
 */
export async function openPictureRecipe(
  recipe: Recipe,
  cached: string,
  request: OpenRequest,
  transformsFor: (imageSize: number) => TaskTransforms,
): Promise<Task> {
  const root = request.data ?? cacheFolder('datasets', cached);
  if (request.data === undefined) await requireFolder(recipe.name, root);
  const [channels, side] = recipe.inputShape;
  const size = request.imageSize ?? side;
  const inputShape: InputShape = [channels, size, size];
  const transforms = transformsFor(size);
  const { trainTransform, evalTransform } = transforms;
  const layout = await findLayout(root);
  const data = await openFolderData(layout, trainTransform, evalTransform, request);
  return makeTask({ ...recipe, inputShape }, data, transforms, request);
}

async function requireFolder(name: string, path: string): Promise<void> {
  const there = await access(path).then(
    () => true,
    () => false,
  );
  if (there) return;
  const tried = [`${path} (does not exist)`];
  throw notFound(name, path, tried, 'it has no public address: say where the folder is (--data)');
}
