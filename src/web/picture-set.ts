import { ShapeError, ValueError } from '../core/errors.js';
import { optionReader } from '../core/options.js';
import type { Rng } from '../core/rng.js';
import type { Dataset, Sample } from '../data/dataset.js';
import { defaultGenerator } from '../tensor/generator.js';
import type { ImageTransform } from '../vision/datasets/image-transform.js';
import {
  printDataset,
  type SampleOptions,
  StandardTransform,
} from '../vision/datasets/standard-transform.js';
import type { Image } from '../vision/image.js';
import { nameOf, type PagePicture } from './bitmap.js';
import { imageOf } from './pixels.js';

export interface PictureSetOptions extends SampleOptions {
  /** In colour, or in grey. @default 'rgb' */
  readonly mode?: 'rgb' | 'grey';
}

const readOptions = optionReader<PictureSetOptions>('PictureSet.read', {
  transform: true,
  targetTransform: true,
  mode: true,
});

/**
 * Pictures of a page as a data set in memory, of any sizes: what was chosen, dropped, or taken by a camera. They are decoded once,
 * to bytes; the transform is applied to a picture each time that it is asked for.
 *
 * @example
 * const set = await vision.datasets.PictureSet.read(files, labels, ['cat', 'dog'], { transform });
 * const loader = new data.DataLoader(set, { batchSize: 16, shuffle: true });
 */
export class PictureSet implements Dataset<Sample> {
  private constructor(
    private readonly images: readonly Image[],
    readonly targets: readonly number[],
    readonly classes: readonly string[],
    private readonly transforms: StandardTransform,
  ) {}

  /**
   * Reads pictures with the class number of each.
   *
   * @throws DataError for a picture that the browser cannot read
   */
  static async read(
    pictures: readonly PagePicture[],
    targets: readonly number[],
    classes: readonly string[],
    ...given: [options?: PictureSetOptions]
  ): Promise<PictureSet> {
    const { mode = 'rgb', ...sample } = readOptions(given);
    const transforms = StandardTransform.of('PictureSet', sample, classes);
    if (pictures.length !== targets.length)
      throw new ShapeError(
        'PictureSet',
        `${pictures.length} pictures are given with ${targets.length} class numbers, one for each is required`,
      );
    for (const target of targets)
      if (classes[target] === undefined)
        throw new ValueError(
          'PictureSet',
          `class number ${target} is given, but there are ${classes.length} classes`,
        );
    const images: Image[] = [];
    for (const [n, picture] of pictures.entries())
      images.push(await imageOf(picture, mode, nameOf(picture) ?? `picture ${n}`));
    return new PictureSet(images, [...targets], classes, transforms);
  }

  get length(): number {
    return this.images.length;
  }

  get transform(): ImageTransform {
    return this.transforms.transform;
  }

  /** The same pictures through another transform. */
  withTransform(transform: ImageTransform): PictureSet {
    const { images, targets, classes, transforms } = this;
    return new PictureSet(images, targets, classes, transforms.with(transform));
  }

  /** The picture itself, without transform. */
  image(index: number): Image {
    const image = this.images[index];
    if (image !== undefined) return image;
    throw new ValueError(
      'PictureSet',
      `index ${index} is out of range for ${this.length} pictures`,
    );
  }

  get(index: number, rng: Rng = defaultGenerator.rng(), place?: Float32Array): Sample {
    return this.transforms.sample(this.image(index), this.targets[index] ?? 0, rng, place);
  }

  toString(): string {
    return printDataset('PictureSet', this.length, null, [], this.transforms);
  }
}
