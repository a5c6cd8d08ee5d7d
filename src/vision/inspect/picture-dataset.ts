import type { Dataset, Sample } from '../../data/dataset.js';
import type { Image } from '../image.js';

/** A data set whose pictures can be seen without transform: all image data sets of `vision.datasets`. */
export interface PictureDataset extends Dataset<Sample> {
  readonly targets: ArrayLike<number>;
  readonly classes: readonly string[];
  /** What is unusual about the files, for people to read. */
  readonly notes: readonly string[];
  image(index: number): Image | Promise<Image>;
}
