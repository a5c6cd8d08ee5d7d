/** What a recipe in a file of one's own says. */
import { ValueError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import { show } from '../../core/outside-text.js';
import type { Dataset } from '../../data/dataset.js';
import type { Module } from '../../nn/module.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { ImageTransform } from '../../vision/datasets/image-transform.js';
import type { InputShape } from '../recipe.js';
import type { SettingsLayer } from '../settings/schema.js';

/** How pictures become inputs. */
export interface RecipeTransforms {
  /** Picture → input of a training step, with its random changes. */
  readonly train: ImageTransform;
  /** Picture → input, without randomness: for testing and prediction. */
  readonly eval: ImageTransform;
}

/** What a network must fit. */
export interface NetworkRequest {
  readonly numClasses: number;
  readonly inputShape: InputShape;
  /** The first of `inputShape`. */
  readonly inChannels: number;
  /** The second of `inputShape`. */
  readonly imageSize: number;
}

/** What data of one's own are opened with. */
export interface DataRequest {
  /** Where the files are, if that is said (`--data`). */
  readonly path?: string;
  /** Of the recipe, or of the settings. */
  readonly transforms: RecipeTransforms;
  /** The classes of a model that is to be tested, by number. */
  readonly classes?: readonly string[];
  /** Of the run: draw from it what is drawn, so that a resumed run finds the same. */
  readonly seed: number;
}

/** Data of one's own: any data sets, of inputs `[C, H, W]` and class numbers. */
export interface RecipeData {
  readonly train: Dataset;
  /** What chooses the best weights. @default none, so that it is the test set */
  readonly val?: Dataset;
  readonly test: Dataset;
  /** The classes by number. @default those of `train` */
  readonly classes?: readonly string[];
}

/** A recipe in a file. What it leaves out is as it is by the data set that `data` names. */
export interface RecipeDefinition {
  /** A data set that wick knows, a folder of pictures (from the file's own folder on), or a function that opens data. */
  readonly data: string | ((request: DataRequest) => RecipeData | Promise<RecipeData>);
  /** `[C, H, W]` of one input. @default that of the first picture, transformed */
  readonly inputShape?: InputShape;
  /** A name of `vision.models`, or a function that makes the network: inputs `[N, C, H, W]` → logits `[N, numClasses]`. */
  readonly model?: string | ((request: NetworkRequest) => Module);
  /** How pictures become inputs, for the side `imageSize` if it is a function. Data of one's own need them. */
  readonly transforms?: RecipeTransforms | ((imageSize: number) => RecipeTransforms);
  /** `(logits [N, K], labels [N]) → scalar`, for training and measuring. @default cross entropy, as the settings have it */
  readonly loss?: (logits: Tensor, labels: Tensor) => Tensor;
  /** Where the command line says nothing. */
  readonly settings?: SettingsLayer;
}

const readDefinition = optionReader<RecipeDefinition>('defineRecipe', {
  data: true,
  inputShape: true,
  model: true,
  transforms: true,
  loss: true,
  settings: true,
});

/**
 * A recipe of one's own, the default export of a file that `wick train FILE` runs. It is returned as it is: this function
 * gives it its type, and refuses what is misspelt.
 *
 * @example
 * export default defineRecipe({ data: 'cifar10', model: ({ numClasses }) => new Net(numClasses), settings: { epochs: 10 } });
 */
export function defineRecipe(...given: [definition: RecipeDefinition]): RecipeDefinition {
  const definition = readDefinition(given);
  const { data, model, transforms, loss, settings, inputShape } = definition;
  require('data', data, [
    'string',
    'function',
  ], "'cifar10', a folder, or a function that opens data");
  if (model !== undefined)
    require('model', model, [
      'string',
      'function',
    ], 'a name of vision.models, or a function that makes a network');
  if (transforms !== undefined && typeof transforms !== 'function') requireTransforms(transforms);
  if (typeof data === 'function' && transforms === undefined)
    throw new ValueError(
      'defineRecipe',
      'transforms are missing, which data of your own need: { train, eval } make inputs of pictures, and eval those that are predicted',
    );
  if (loss !== undefined) require('loss', loss, ['function'], '(logits, labels) => scalar');
  if (settings !== undefined) require('settings', settings, ['object'], 'settings by name');
  if (inputShape !== undefined && !isShape(inputShape))
    throw new ValueError(
      'defineRecipe',
      `inputShape is ${show(inputShape)}, [C, H, W] is required`,
    );
  return definition;
}

/** Throws unless these are two transforms. */
export function requireTransforms(transforms: RecipeTransforms): void {
  for (const part of ['train', 'eval'] as const)
    if (typeof transforms?.[part]?.apply !== 'function')
      throw new ValueError(
        'defineRecipe',
        `transforms.${part} is ${show(transforms?.[part])}, a transform is required: new Compose([…])`,
      );
}

function require(name: string, value: unknown, types: readonly string[], what: string): void {
  if (types.includes(typeof value) && value !== null) return;
  const given = value === undefined ? 'is missing' : `is ${show(value)}`;
  throw new ValueError('defineRecipe', `${name} ${given}, ${what} is required`);
}

function isShape(shape: readonly unknown[]): boolean {
  const whole = (n: unknown) => Number.isInteger(n) && (n as number) > 0;
  return Array.isArray(shape) && shape.length === 3 && shape.every(whole);
}
