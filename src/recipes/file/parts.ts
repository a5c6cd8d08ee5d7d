/** The parts of a recipe file, whose errors name the file and what in it has failed. */
import { DataError } from '../../core/errors.js';
import { shownPath, whatFailed } from '../../core/load-module.js';
import { show } from '../../core/outside-text.js';
import { formatShape, sameShape } from '../../core/shape.js';
import { skipInit } from '../../nn/init.js';
import { Module } from '../../nn/module.js';
import { zeros } from '../../tensor/creation.js';
import { noGrad } from '../../tensor/grad-mode.js';
import type { ImageTransform } from '../../vision/datasets/image-transform.js';
import { Compose } from '../../vision/transforms/compose.js';
import { transformFromJSON } from '../../vision/transforms/registry.js';
import type { AnyTransform, TransformJson } from '../../vision/transforms/transform.js';
import type { InputShape } from '../recipe.js';
import { type NetworkRequest, type RecipeTransforms, requireTransforms } from './define-recipe.js';
import { loadRecipe, type RecipeFile } from './load-recipe.js';

/** What a network of so many classes must fit. */
export function networkRequest(inputShape: InputShape, numClasses: number): NetworkRequest {
  const [inChannels, imageSize] = inputShape;
  return { numClasses, inputShape, inChannels, imageSize };
}

/** The network that the file makes. @throws DataError for what it throws, or what is no network */
export function networkOf({ code, definition }: RecipeFile, request: NetworkRequest): Module {
  const { model } = definition;
  const made = attempt(code.path, 'model()', () =>
    typeof model === 'function' ? model(request) : null,
  );
  if (made instanceof Module) return made;
  throw wrong(code.path, `model() gives ${show(made)}, a network is required: an nn.Module`);
}

/** Tries the network on one picture, so that what is wrong with it is told before anything is written. Returns its name. */
export function tryNetwork(file: RecipeFile, request: NetworkRequest): string {
  const { inputShape, numClasses } = request;
  const network = skipInit(() => networkOf(file, request)).eval();
  const input = [1, ...inputShape];
  const what = `the network, given ${formatShape(input)},`;
  const { shape } = attempt(file.code.path, what, () => noGrad(() => network(zeros(input))));
  if (sameShape(shape, [1, numClasses])) return network.constructor.name;
  throw wrong(
    file.code.path,
    `${what} gives ${formatShape(shape)}, ${formatShape([1, numClasses])} is required: a score for each class`,
  );
}

/** The file's transforms for pictures of a size; null where it leaves them to its data set. */
export function transformsOf(
  { code, definition }: RecipeFile,
  imageSize: () => number,
): RecipeTransforms | null {
  const { transforms } = definition;
  if (transforms === undefined) return null;
  const size = typeof transforms === 'function' ? imageSize() : 0;
  const made = attempt(code.path, 'transforms()', () => {
    const both = typeof transforms === 'function' ? transforms(size) : transforms;
    requireTransforms(both);
    return both;
  });
  const place = (part: keyof RecipeTransforms) =>
    isPlain(made[part]) ? made[part] : new RecipeTransform(made[part], code.path, part, size);
  return { train: place('train'), eval: place('eval') };
}

/** Whether a transform can be made again without code of the user's. */
export function isPlain(transform: ImageTransform): boolean {
  try {
    transformFromJSON(transform.toJSON());
    return true;
  } catch {
    return false;
  }
}

/** A transform with functions of a recipe file in it; worker threads make it by that file. */
class RecipeTransform extends Compose {
  constructor(
    transform: AnyTransform,
    private readonly file: string,
    private readonly part: keyof RecipeTransforms,
    private readonly size: number,
  ) {
    super(transform instanceof Compose ? transform.transforms : [transform]);
  }

  override toJSON(): TransformJson {
    const { file, part, size } = this;
    return { name: 'recipeTransform', module: import.meta.url, file, part, size };
  }
}

interface RecipeTransformSpec {
  readonly file: string;
  readonly part: keyof RecipeTransforms;
  readonly size: number;
}

/** @internal Makes the transform in a worker thread. */
export async function recipeTransform({
  file,
  part,
  size,
}: RecipeTransformSpec): Promise<ImageTransform> {
  const made = transformsOf(await loadRecipe(file), () => size);
  if (made === null) throw wrong(file, 'has lost its transforms: it was changed while it was used');
  return made[part];
}

/** Runs a part of a file. @throws DataError for whatever that throws */
export function attempt<T>(path: string, part: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw whatFailed(path, cause, `${part} threw`);
  }
}

export async function attemptAsync<T>(
  path: string,
  part: string,
  run: () => T | Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    throw whatFailed(path, cause, `${part} threw`);
  }
}

/** The error for what a file says. */
export function wrong(path: string, detail: string): DataError {
  return new DataError(shownPath(path), detail);
}
