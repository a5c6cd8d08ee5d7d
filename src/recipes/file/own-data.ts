/** Data that a function of a recipe file opens. */
import { show } from '../../core/outside-text.js';
import { Rng } from '../../core/rng.js';
import type { Dataset } from '../../data/dataset.js';
import type { PictureDataset } from '../../vision/inspect/picture-dataset.js';
import type { InputShape, SeededRequest } from '../recipe.js';
import { limited, type TaskData } from '../task.js';
import type { RecipeData, RecipeTransforms } from './define-recipe.js';
import type { RecipeFile } from './load-recipe.js';
import { attemptAsync, wrong } from './parts.js';

/** Opens them for a request, which has the transforms. @throws DataError for whatever the function throws, or gives instead */
export async function openOwnData(
  { code, definition: { data: open } }: RecipeFile,
  { data: path, classes: expected, seed, limit }: SeededRequest,
  transforms: RecipeTransforms,
): Promise<TaskData> {
  const request = {
    transforms,
    seed,
    ...(path !== undefined && { path }),
    ...(expected && { classes: expected }),
  };
  const opened: Partial<RecipeData> = await attemptAsync(code.path, 'data()', () =>
    typeof open === 'function' ? open(request) : {},
  );
  const part = (name: 'train' | 'val' | 'test') => {
    const dataset = opened?.[name];
    if (isDataset(dataset)) return limited(dataset, limit, seed);
    const given = dataset === undefined ? 'is missing' : `is ${show(dataset)}`;
    const what = 'a data set of at least one sample is required: get(index) and length';
    throw wrong(code.path, `data(): ${name} ${given}, ${what}`);
  };
  const [train, test] = [part('train'), part('test')];
  const val = opened.val === undefined ? null : part('val');
  const classes = opened.classes ?? opened.train?.classes;
  if (classes === undefined)
    throw wrong(
      code.path,
      'data(): classes are missing, a list of their names by number is required',
    );
  const pictures = Object.entries({ train: opened.train, test: opened.test }).flatMap(
    ([name, dataset]) => (isPictures(dataset) ? [{ name, dataset }] : []),
  );
  return { train, val, test, classes, pictures, notes: [] };
}

/** `[C, H, W]` of the first sample. @throws DataError where it is none */
export async function sampleShape(path: string, dataset: Dataset): Promise<InputShape> {
  const sample = await attemptAsync(path, 'the first test sample', () =>
    dataset.get(0, new Rng(0)),
  );
  const shape = sample?.[0]?.shape ?? [];
  const [channels, height, width] = shape;
  if (shape.length === 3 && channels !== undefined && height !== undefined && width !== undefined)
    return [channels, height, width];
  throw wrong(
    path,
    `the first test sample is [${shape.join(', ')}], float planes [C, H, W] are required; transforms end with ToTensor`,
  );
}

function isDataset(dataset: Dataset | undefined): dataset is Dataset {
  return (
    typeof dataset?.get === 'function' && Number.isInteger(dataset.length) && dataset.length > 0
  );
}

function isPictures(dataset: Dataset | undefined): dataset is PictureDataset {
  return dataset?.targets !== undefined && 'image' in dataset && 'notes' in dataset;
}
