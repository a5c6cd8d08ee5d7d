/** A recipe names everything that a training run needs besides its data: network, transforms, hyper-parameters. */
import type { Dataset } from '../data/dataset.js';
import type { ModelCard } from '../io/model-card.js';
import type { DownloadProgress } from '../vision/datasets/download/download.js';
import type { ImageTransform } from '../vision/datasets/image-transform.js';

export type OptimizerName = 'sgd' | 'adam' | 'adamw' | 'rmsprop';

/** What is used where the user says nothing. */
export interface TrainDefaults {
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: OptimizerName;
  readonly lr: number;
}

/** Where to look for the files, and whom to tell of a download. */
export interface OpenRequest {
  readonly data?: string;
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/** Both splits, opened. */
export interface TaskData {
  readonly train: Dataset;
  readonly test: Dataset;
  readonly classes: readonly string[];
}

export interface Recipe {
  readonly name: string;
  /** One line for `--help`. */
  readonly title: string;
  readonly architecture: ModelCard['architecture'];
  /** `[C, H, W]` */
  readonly inputShape: readonly [number, number, number];
  readonly defaults: TrainDefaults;
  /** Picture → input, without randomness: used for testing and prediction, stored with the model. */
  readonly evalTransform: ImageTransform;
  open(request: OpenRequest): Promise<TaskData>;
}
