/**
 * A recipe names everything that a training run needs besides its settings: where the data are, how a picture becomes an
 * input, which network learns. Opened with a request, it becomes a task that is ready to be trained.
 */
import type { Dataset } from '../data/dataset.js';
import type { Module } from '../nn/module.js';
import type { Tensor } from '../tensor/tensor.js';
import type { DownloadProgress } from '../vision/datasets/download/download-progress.js';
import type { CacheEstimate } from '../vision/datasets/image-store/image-store.js';
import type { ImageTransform } from '../vision/datasets/image-transform.js';
import type { InspectedSplit } from '../vision/inspect/inspect.js';
import type { Architecture } from '../vision/models/registry.js';
import type { SettingsLayer } from './settings/schema.js';

/** `[C, H, W]` of one input. */
export type InputShape = readonly [channels: number, height: number, width: number];

/** What may be chosen of a recipe; config.json keeps it, so that an evaluation finds the same data. */
export interface TaskChoices {
  /** The folder with the files; recipes look into the data cache otherwise. */
  readonly data?: string;
  /** A network of `vision.models` instead of the recipe's. */
  readonly model?: string;
  /**
   * Start from trained weights, which stay as they are but for the head: a network whose weights are published, a file with
   * weights of `model`, or true for the published ones of `model`; false starts from fresh weights.
   *
   * @default the recipe's; for a folder of photos true, where the weights are on this machine
   */
  readonly pretrained?: boolean | string;
  /** Side of the inputs in pixels, for recipes that resize. */
  readonly imageSize?: number;
  /** Use at most so many pictures of each split, with every class's share kept. */
  readonly limit?: number;
  /** Draws the test set where a folder has none, and the pictures of `limit`. @default drawn by `openTask` */
  readonly seed?: number;
}

/** How a recipe is opened. */
export interface OpenRequest extends TaskChoices {
  /** The classes of a model, by number: names decide, as in `ImageFolder`. */
  readonly classes?: readonly string[];
  /** Instead of the recipe's own. */
  readonly trainTransform?: ImageTransform;
  /** Instead of the recipe's own: that of a model that is to be tested. */
  readonly evalTransform?: ImageTransform;
  /** The network of the model file that `pretrained` names, instead of one of `vision.models`. */
  readonly network?: Architecture;
  /** The share of each class of the training part that becomes the validation part, where the data have none. @default 0 */
  readonly valSplit?: number;
  /** Keep the pictures of files decoded and resized, in memory or on disk. @default the recipe's choice, mostly none */
  readonly cache?: 'none' | 'ram' | 'disk';
  /** Fetch published files that are nowhere. @default true where no folder is given */
  readonly download?: boolean;
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Called before a cache is filled. */
  readonly onCache?: (estimate: CacheEstimate) => void;
}

/** A request whose seed is known: a task keeps it, so that the same pictures are found again. */
export type SeededRequest = OpenRequest & { readonly seed: number };

/** How a task's pictures become inputs. */
export interface TaskTransforms {
  /** Picture → input of a training step, with its random changes. */
  readonly trainTransform: ImageTransform;
  /** Picture → input, without randomness: used for testing and prediction, stored with the model. */
  readonly evalTransform: ImageTransform;
}

/** Data as they lie there, for looking at them. */
export interface TaskPictures extends TaskTransforms {
  /** What people call it: the recipe, or the folder. */
  readonly name: string;
  readonly pictures: readonly InspectedSplit[];
  /** What is unusual about the data, for people to read. */
  readonly notes: readonly string[];
}

/** What a task has of a recipe file (`defineRecipe`). */
export interface TaskCode {
  /** The file, and the SHA-256 of what is in it. */
  readonly path: string;
  readonly sha256: string;
  /** What a prediction needs the file for. */
  readonly gives: readonly ('model' | 'transform')[];
  /** Makes the network; null where it is one of `vision.models`. */
  readonly network: (() => Module) | null;
  /** `(logits [N, K], labels [N]) → scalar`; null where it is as the settings have it. */
  readonly loss: ((logits: Tensor, labels: Tensor) => Tensor) | null;
}

/** Data, transforms and network, ready to be trained. */
export interface Task extends TaskPictures {
  /** Of a recipe file. */
  readonly code?: TaskCode;
  /** The recipe's name, by which an evaluation finds it again. */
  readonly recipe: string;
  /** What was chosen of the recipe. */
  readonly choices: TaskChoices;
  /** Its settings, where the user says nothing. */
  readonly defaults: SettingsLayer;
  readonly architecture: Architecture;
  /** Trained weights that the network starts from, all of which but the head's stay as they are; null is fresh ones. */
  readonly weights: string | null;
  /** Gives a network with fresh weights what it takes from the data. */
  readonly prepare?: (model: Module) => Promise<void>;
  readonly inputShape: InputShape;
  readonly train: Dataset;
  /** The same pictures as `test` would show them; null where nobody needs them so. */
  readonly plainTrain: Dataset | null;
  /** What the best weights are chosen by; null where the data have no such part: then it is the test set. */
  readonly val: Dataset | null;
  readonly test: Dataset;
  readonly classes: readonly string[];
}

export interface Recipe {
  readonly name: string;
  /** Other names that it answers to. */
  readonly aliases?: readonly string[];
  /** One line for `--help`. */
  readonly title: string;
  /** The network, by its name in `vision.models`. */
  readonly model: string;
  /** Whether it starts from published weights. @default false */
  readonly pretrained?: boolean;
  /** Of the data as they are published. */
  readonly numClasses: number;
  readonly inputShape: InputShape;
  /** Its settings, where the user says nothing. */
  readonly defaults: SettingsLayer;
  /** How pictures become inputs of `imageSize` pixels. */
  transforms(imageSize: number): TaskTransforms;
  open(request: SeededRequest): Promise<Task>;
}
