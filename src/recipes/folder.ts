/** Any folder of pictures: `wick train ./photos`. What is not asked for is chosen by looking at some of the pictures. */
import { basename, resolve } from 'node:path';
import { ValueError } from '../core/errors.js';
import { readHeaderOf } from '../vision/codecs/image-file.js';
import type { FileImages } from '../vision/datasets/file-images.js';
import { type ImageSource, openImageSources } from '../vision/datasets/image-splits.js';
import { usualInputs } from '../vision/models/registry.js';
import { publishedWeights } from '../vision/models/weights/weights.js';
import { CenterCrop } from '../vision/transforms/center-crop.js';
import { ColorJitter } from '../vision/transforms/color-jitter.js';
import { Compose } from '../vision/transforms/compose.js';
import { Normalize } from '../vision/transforms/normalize.js';
import { RandomCrop } from '../vision/transforms/random-crop.js';
import { RandomHorizontalFlip } from '../vision/transforms/random-flip.js';
import { RandomResizedCrop } from '../vision/transforms/random-resized-crop.js';
import { Resize } from '../vision/transforms/resize.js';
import { ToTensor } from '../vision/transforms/to-tensor.js';
import { openSplits } from './open-splits.js';
import type { OpenRequest, SeededRequest, Task, TaskPictures, TaskTransforms } from './recipe.js';
import type { SettingsLayer } from './settings/schema.js';
import { startForFolder } from './start.js';
import { chosenTransforms, makeTask } from './task.js';

/** The name under which config.json keeps runs on folders. */
export const folderName = 'folder';

/** Pictures that are looked at before a size is chosen. */
const sampled = 32;

export const folderDefaults: SettingsLayer = {
  epochs: 20,
  batchSize: 32,
  optimizer: { name: 'adam', lr: 1e-3 },
  schedule: { name: 'plateau', patience: 3, factor: 0.5 },
};

/** Of a head on trained weights, whose epochs take no time: larger steps, and more of them. */
const headDefaults: SettingsLayer = {
  ...folderDefaults,
  epochs: 40,
  optimizer: { name: 'adam', lr: 3e-3 },
  schedule: { name: 'step', stepSize: 10, gamma: 0.5 },
};

/**
 * Opens a folder of pictures. The network follows from the size of the pictures:
 *
 * | shorter side (median) | inputs | network |
 * |---|---|---|
 * | up to 40 pixels | 32×32 | cifarCnn |
 * | up to 96 | 64×64 | cifarCnn |
 * | above | 224×224 | resnet18 with ImageNet's weights, where they are on this machine: its head learns |
 * | above, where they are not | 128×128 | resnet18 with fresh weights |
 *
 * `imageSize`, `model` and `pretrained` overrule it.
 */
export async function openFolder(request: SeededRequest): Promise<Task> {
  const { data, size, name, transforms, start, choices, notes } = await chooseFor(request);
  const opened = await openSplits(data, transforms, request, start.weights !== null);
  const recipe = {
    name: folderName,
    model: start.model,
    inputShape: [3, size, size],
    defaults: start.weights === null ? folderDefaults : headDefaults,
  } as const;
  const task = makeTask(recipe, opened, transforms, { ...request, ...choices }, name);
  return { ...task, notes: [...notes, ...task.notes] };
}

/** The pictures of a folder, which may be too few for a training. */
export async function lookAtFolder(request: OpenRequest): Promise<TaskPictures> {
  const { sources, name, transforms } = await chooseFor(request);
  const notes = sources.flatMap(({ dataset }) => dataset.notes);
  return { name, pictures: sources, notes, ...transforms };
}

/** What a folder has, what learns it, and how its pictures become inputs. */
async function chooseFor(request: OpenRequest) {
  const { data, imageSize, classes } = request;
  if (data === undefined)
    throw new ValueError('folder', 'data is missing: say where the folder is');
  const sources = await openImageSources(data, classes ? { classes } : {});
  const small = imageSize ?? (await sizeFor(sources));
  const { start, choices, notes } = await startForFolder(request, small);
  const size = start.weights === null ? small : (imageSize ?? inputSide(start.model));
  const own = start.weights === null && size < 96 ? smallPictures(size) : photos(size);
  const transforms = chosenTransforms(own, request);
  const name = basename(resolve(data));
  return { data, sources, size, transforms, start, choices, notes, name };
}

/** The side of the inputs on which a network's weights were trained. */
function inputSide(model: string): number {
  return publishedWeights(model).at(-1)?.imageSize ?? usualInputs[model]?.[1] ?? 224;
}

/** Pictures that show their object in full: moved by an eighth of their size at most. */
function smallPictures(size: number): TaskTransforms {
  const toInput = [new ToTensor(), new Normalize(0.5, 0.5)];
  return {
    trainTransform: new Compose([
      new Resize([size, size]),
      new RandomCrop(size, { padding: Math.ceil(size / 8) }),
      new RandomHorizontalFlip(),
      ...toInput,
    ]),
    evalTransform: new Compose([new Resize([size, size]), ...toInput]),
  };
}

/** Photos of any shape: training sees parts of them in changing light, testing their middle. */
function photos(size: number): TaskTransforms {
  const shortSide = new Resize(Math.round(size * 1.15));
  const toInput = [new ToTensor(), new Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])];
  return {
    trainTransform: new Compose([
      shortSide,
      new RandomResizedCrop(size, { scale: [0.35, 1] }),
      new RandomHorizontalFlip(),
      new ColorJitter({ brightness: 0.2, contrast: 0.2, saturation: 0.2 }),
      ...toInput,
    ]),
    evalTransform: new Compose([shortSide, new CenterCrop(size), ...toInput]),
  };
}

/** The inputs' size by the pictures' shorter sides. */
async function sizeFor([first]: readonly ImageSource[]): Promise<number> {
  const shorter = first === undefined ? 0 : await medianSide(first.dataset);
  if (shorter <= 40) return 32;
  return shorter <= 96 ? 64 : 128;
}

/** The median of the shorter sides of some of the pictures. */
async function medianSide(pictures: FileImages): Promise<number> {
  const count = Math.min(sampled, pictures.length);
  const spread = Array.from({ length: count }, (_, k) => Math.floor((k * pictures.length) / count));
  const headers = await Promise.all(spread.map((index) => readHeaderOf(pictures.pathOf(index))));
  const sides = headers
    .filter((header) => header !== null)
    .map(({ height, width }) => Math.min(height, width))
    .sort((a, b) => a - b);
  return sides[sides.length >> 1] ?? Number.POSITIVE_INFINITY;
}
