/** The data that a model file is measured on: what its run was tested on, as far as the file says, or a folder of the user. */
import { DataError } from '../core/errors.js';
import type { Dataset } from '../data/dataset.js';
import { folderName } from '../recipes/folder.js';
import type { TaskChoices } from '../recipes/recipe.js';
import { openImageSources } from '../vision/datasets/image-splits.js';
import { Compose } from '../vision/transforms/compose.js';
import { Grayscale } from '../vision/transforms/grayscale.js';
import { type ModelCard, needsRecipe } from './model-card.js';
import type { ModelFile } from './model-file.js';
import type { RunData } from './run-config.js';
import type { TrainedModel } from './trained-model.js';

/** What a file says of the data that its model was trained on; `named` is the recipe file, where the user names it. */
export function dataOfFile(
  file: ModelFile,
  said: ModelCard['data'],
  dataFolder: string | undefined,
  named: string | undefined,
): RunData {
  const { recipe = '', code, fingerprint = {}, ...choices } = said ?? {};
  if (code !== undefined && named === undefined) throw needsRecipe(file, code.path);
  if (dataFolder === undefined && recipe === folderName) throw needsData(file.path);
  return {
    recipe,
    code,
    choices: choices as TaskChoices, // JSON has no keys that are undefined
    loss: { name: 'crossEntropy', sumClasses: false }, // the file does not say
    valSplit: 0,
    pictures: null,
    fingerprint,
  };
}

/** The test part of a folder, or all of it where it has no parts: a model from elsewhere has seen none of it. */
export async function foreignTestSet(
  { card: { classes, inputShape }, transform: toInput, source }: TrainedModel,
  data: string | undefined,
): Promise<Dataset> {
  if (data === undefined) throw needsData(source.path);
  const transform = inputShape[0] === 1 ? new Compose([new Grayscale(), toInput]) : toInput;
  const parts = await openImageSources(data, { classes, transform });
  const test = ['test', 'val', 'all'].map((name) => parts.find((part) => part.name === name));
  const [found] = test.filter((part) => part !== undefined);
  if (found === undefined)
    throw new DataError(
      data,
      'has pictures to train on alone; test/ or val/ is required beside them',
    );
  return found.dataset;
}

function needsData(path: string): DataError {
  return new DataError(
    path,
    "is a model alone, without the pictures to test it on; pass { data: 'FOLDER' } to say where they are",
  );
}
