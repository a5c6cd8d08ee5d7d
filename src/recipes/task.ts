/** What all recipes share in becoming a task: the network fitted to the data, and the part of the data that is wanted. */
import { resolve } from 'node:path';
import { ValueError } from '../core/errors.js';
import type { Dataset } from '../data/dataset.js';
import { randomSplit } from '../data/split.js';
import type { PictureDataset } from '../vision/inspect/picture-dataset.js';
import type { Architecture } from '../vision/models/registry.js';
import type {
  InputShape,
  OpenRequest,
  Recipe,
  SeededRequest,
  Task,
  TaskChoices,
  TaskTransforms,
} from './recipe.js';
import { startOf } from './start.js';

/** A task's data. */
export type TaskData = Pick<Task, 'train' | 'val' | 'test' | 'classes' | 'pictures' | 'notes'> &
  Partial<Pick<Task, 'plainTrain'>>;

/** The task of a recipe whose data are opened. `name` is what people call it. */
export function makeTask(
  {
    name,
    model,
    inputShape,
    defaults,
    pretrained = false,
  }: Pick<Recipe, 'name' | 'model' | 'inputShape' | 'defaults' | 'pretrained'>,
  data: TaskData,
  transforms: TaskTransforms,
  request: SeededRequest,
  title = name,
): Task {
  const start = startOf(request, { model, pretrained });
  const architecture = architectureOf(start.model, inputShape, data.classes.length);
  return {
    recipe: name,
    name: title,
    choices: choicesOf({
      ...request,
      ...(start.weights !== null && { pretrained: start.weights }),
    }),
    defaults,
    architecture: fitted(request.network, architecture),
    weights: start.weights,
    inputShape,
    plainTrain: null,
    ...transforms,
    ...data,
  };
}

/** The network `model` for inputs of this shape and so many classes, as model.json names it. */
export function architectureOf(
  model: string,
  [inChannels, imageSize]: InputShape,
  numClasses: number,
): Architecture {
  return { name: model, options: { numClasses, inChannels, imageSize } };
}

/** The network of a model file with the data's options in the place of its own. @throws ValueError where its inputs have other channels */
function fitted(network: Architecture | undefined, { name, options }: Architecture): Architecture {
  if (network === undefined) return { name, options };
  const { inChannels = options.inChannels } = network.options;
  if (inChannels === options.inChannels)
    return { name, options: { ...network.options, ...options } };
  throw new ValueError(
    'pretrained',
    `the model takes pictures of ${inChannels} channel(s), these have ${options.inChannels}`,
  );
}

/** A recipe's transforms, or those of the request. */
export function chosenTransforms(
  { trainTransform, evalTransform }: TaskTransforms,
  request: OpenRequest,
): TaskTransforms {
  return {
    trainTransform: request.trainTransform ?? trainTransform,
    evalTransform: request.evalTransform ?? evalTransform,
  };
}

/** Data that come in two splits. */
export function bothSplits(
  train: PictureDataset,
  test: PictureDataset,
  { limit, seed }: SeededRequest,
): TaskData {
  return {
    train: limited(train, limit, seed),
    val: null,
    test: limited(test, limit, seed),
    classes: train.classes,
    pictures: [
      { name: 'train', dataset: train },
      { name: 'test', dataset: test },
    ],
    notes: [...train.notes, ...test.notes],
  };
}

/** At most `limit` samples, with each class's share where the classes are known. */
export function limited<T>(dataset: Dataset<T>, limit = dataset.length, seed: number): Dataset<T> {
  const rest = dataset.length - limit;
  if (rest <= 0) return dataset;
  const [part = dataset] = randomSplit(dataset, [limit, rest], {
    seed,
    stratify: dataset.targets !== undefined,
  });
  return part;
}

/** Refuses another size where pictures are used as they are. */
export function requireOwnSize({ name, inputShape }: Recipe, { imageSize }: TaskChoices): void {
  const [, height, width] = inputShape;
  if (imageSize === undefined || imageSize === height) return;
  throw new ValueError(
    name,
    `imageSize=${imageSize}, but its pictures are ${height}×${width} and used as they are; leave it out`,
  );
}

/** Refuses a folder where the pictures come with wick. */
export function refuseData({ name }: Recipe, { data }: TaskChoices): void {
  if (data === undefined) return;
  throw new ValueError(name, `data='${data}', but its pictures come with wick; leave it out`);
}

/** The choices in a request, so that they are good from any working folder. */
function choicesOf({ data, model, pretrained, imageSize, limit, seed }: TaskChoices): TaskChoices {
  return {
    ...(data !== undefined && { data: resolve(data) }),
    ...(model !== undefined && { model }),
    ...(pretrained !== undefined && { pretrained }),
    ...(imageSize !== undefined && { imageSize }),
    ...(limit !== undefined && { limit }),
    ...(seed !== undefined && { seed }),
  };
}
