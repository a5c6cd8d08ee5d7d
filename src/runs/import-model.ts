import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { withinBudget } from '../core/budget.js';
import { CheckpointError, ValueError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import { withRegularFile } from '../core/regular-file.js';
import { numel } from '../core/shape.js';
import type { Module } from '../nn/module.js';
import { architectureOf } from '../recipes/task.js';
import type { ImageTransform } from '../vision/datasets/image-transform.js';
import { createModel, requireArchitecture, usualInputs } from '../vision/models/registry.js';
import { headOf } from '../vision/models/replace-head.js';
import { imagenetClasses } from '../vision/models/weights/imagenet-classes.js';
import { loadPretrained } from '../vision/models/weights/load-pretrained.js';
import { isWeightsFile } from '../vision/models/weights/pretrained.js';
import { publishedWeights } from '../vision/models/weights/weights.js';
import { Compose } from '../vision/transforms/compose.js';
import { Normalize } from '../vision/transforms/normalize.js';
import { Resize } from '../vision/transforms/resize.js';
import { ToTensor } from '../vision/transforms/to-tensor.js';
import { requireFinite } from './finite-weights.js';
import { readDescribed } from './import-described.js';
import { importOnnx } from './import-onnx.js';
import { type ModelCard, parseModelCard } from './model-card.js';
import { saveModelFile } from './model-file.js';
import { portableCard } from './portable-card.js';

export interface ImportModelOptions {
  /** The network that the weights are of, by its name in `vision.models`; an ONNX file has its own. @default what a file of `exportRun` says */
  readonly model?: string | undefined;
  /** Class names by number. @default what a file of `exportRun` says, or ImageNet's, where the weights have 1000 classes */
  readonly classes?: readonly string[] | undefined;
  /** Where the model goes; a file that is there is written over. @default 'model.wick', where there is none yet */
  readonly path?: string | undefined;
  /** Side of the inputs in pixels. @default what the network is usually given */
  readonly imageSize?: number | undefined;
  /** Channels of the inputs: 1 grey, 3 colour. @default what the network is usually given */
  readonly inChannels?: 1 | 3 | undefined;
  /**
   * Picture → input, as it was when the weights were tested.
   *
   * @default torchvision's for a network with published weights, else resized and normalized to −1…1
   */
  readonly transform?: ImageTransform | undefined;
  /** The terms under which the weights may be used. */
  readonly license?: string | undefined;
}

export interface ImportedModel {
  readonly path: string;
  readonly card: ModelCard;
  readonly parameters: number;
  /** Whether nobody has said how a picture becomes an input: that of `card` is only what is usual. */
  readonly assumedTransform: boolean;
  /** What people should know of it. */
  readonly notes: readonly string[];
}

const readOptions = optionReader<ImportModelOptions>('importModel', {
  model: true,
  classes: true,
  path: true,
  imageSize: true,
  inChannels: true,
  transform: true,
  license: true,
});

/**
 * Makes a model file of weights from elsewhere: `.pth`, `.safetensors` or `.npz` with a state dict of a network that wick has.
 * What `exportRun` wrote as safetensors says itself of what network it is, with classes and transform: then no option is needed.
 * An `.onnx` is a network itself, which goes into the model file; the metadata of `exportRun` say its classes and transform.
 *
 * @throws CheckpointError for weights that are damaged, hold NaN or do not fit the network, with the nearest keys; ValueError for classes that do not fit, and for options that contradict what the file says
 * @example await runs.importModel('resnet18-f37072fd.pth', { model: 'resnet18' }); // ImageNet's classes
 */
export async function importModel(
  file: string,
  ...given: [options?: ImportModelOptions]
): Promise<ImportedModel> {
  const options = readOptions(given);
  const { model: name, path = 'model.wick', license } = options;
  if (options.path === undefined) await requireFree(path);
  if (/\.onnx$/i.test(file)) return await fromOnnx(file, path, options);
  const described = await readDescribed(file, options);
  if (described !== null) {
    const { model } = described;
    const card = await portableCard(described, license);
    await saveModelFile(path, card, model.stateDict());
    return { path, card, parameters: parametersOf(model), assumedTransform: false, notes: [] };
  }
  if (name === undefined)
    throw new ValueError(
      'importModel',
      `${file} does not say what network its weights are of; pass { model: 'NAME' }; wick models lists them`,
    );
  requireArchitecture(name, 'importModel');
  const published = publishedWeights(name);
  const own = published.find(({ fileName }) => fileName === basename(file)) ?? published[0];
  const [channels, side] = usualInputs[name] ?? [3, own?.imageSize ?? 224];
  const { inChannels = channels, imageSize = side } = options;
  const inputShape = [inChannels, imageSize, imageSize] as const;
  const network = await loadPretrained({
    architecture: name,
    weights: isWeightsFile(file) ? file : `./${file}`,
    make: await boundedMaker(file, name, inputShape),
  });
  const state = network.stateDict();
  requireFinite(file, state);
  const count = headOf(network).module.weight.size(0);
  const transform =
    options.transform ?? own?.transforms({ imageSize }) ?? usualTransform(imageSize);
  const card = {
    format: 'wick-model/1',
    architecture: architectureOf(name, inputShape, count),
    inputShape,
    classes: await classesFor(count, options.classes),
    ...(license !== undefined && { license }),
    transform: transform.toJSON(),
  };
  const checked = parseModelCard(card, (detail) => new ValueError('importModel', detail));
  await saveModelFile(path, checked, state);
  return {
    path,
    card: checked,
    parameters: parametersOf(network),
    assumedTransform: options.transform === undefined && own === undefined,
    notes: [],
  };
}

async function fromOnnx(
  file: string,
  path: string,
  { license, ...options }: ImportModelOptions,
): Promise<ImportedModel> {
  const imported = await importOnnx(file, options);
  const { network, architecture, inputShape, numClasses, transform } = imported;
  const card = parseModelCard(
    {
      format: 'wick-model/1',
      architecture,
      inputShape,
      classes: await classesFor(numClasses, imported.classes ?? options.classes),
      ...(license !== undefined && { license }),
      transform: transform.toJSON(),
    },
    (detail) => new ValueError('importModel', detail),
  );
  await saveModelFile(path, card, network.stateDict());
  const { assumedTransform, notes } = imported;
  return { path, card, parameters: parametersOf(network), assumedTransform, notes };
}

/** @throws ValueError where the file that nobody named is there */
async function requireFree(path: string): Promise<void> {
  if ((await stat(path).catch(() => null)) === null) return;
  throw new ValueError(
    'importModel',
    `${path} is there already; pass { path: 'FILE' } to say where the model goes, ${path} to write over it`,
  );
}

function parametersOf(network: Module): number {
  return network.parameters().reduce((sum, { shape }) => sum + numel(shape), 0);
}

/** Makes the network for as many classes as a file says, which may take no more memory than its weights do. */
async function boundedMaker(
  file: string,
  name: string,
  inputShape: readonly [number, number, number],
) {
  const fail = (detail: string, cause?: unknown) => new CheckpointError(file, detail, { cause });
  const bytes = await withRegularFile(file, fail, async (_, size) => size);
  return (classes: number) =>
    withinBudget(4 * bytes + 2 ** 28, () => createModel(architectureOf(name, inputShape, classes)));
}

async function classesFor(
  count: number,
  given: readonly string[] | undefined,
): Promise<readonly string[]> {
  if (given === undefined) {
    if (count === 1000) return await imagenetClasses();
    throw new ValueError(
      'importModel',
      `the weights have ${count} classes, whose names are required, by number; pass { classes: NAMES }`,
    );
  }
  if (given.length === count) return given;
  throw new ValueError(
    'importModel',
    `classes names ${given.length} classes, the weights have ${count}`,
  );
}

function usualTransform(imageSize: number): ImageTransform {
  return new Compose([new Resize([imageSize, imageSize]), new ToTensor(), new Normalize(0.5, 0.5)]);
}
