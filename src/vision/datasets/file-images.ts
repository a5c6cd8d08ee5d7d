import { stat } from 'node:fs/promises';
import { ValueError } from '../../core/errors.js';
import type { Rng } from '../../core/rng.js';
import { type Dataset, type ModuleCall, makeFromSpec, type Sample } from '../../data/dataset.js';
import { digest } from '../../data/fingerprint.js';
import { defaultGenerator } from '../../tensor/generator.js';
import type { Image } from '../image.js';
import type { ImageStore } from './image-store/image-store.js';
import type { ImageTransform } from './image-transform.js';
import {
  printDataset,
  StandardTransform,
  type StandardTransformJson,
  sampleOptions,
} from './standard-transform.js';

/** Image files with their classes. */
export interface ImageList {
  readonly paths: readonly string[];
  /** The paths as they are compared between machines: relative to the data set's folder. */
  readonly names: readonly string[];
  readonly targets: Int32Array;
  readonly classes: readonly string[];
}

/** A data set of image files: each is decoded when its turn comes, unless a cache holds its pixels. */
export class FileImages implements Dataset<Sample> {
  readonly length: number;
  readonly targets: Int32Array;
  readonly classes: readonly string[];
  /** Class number by name. */
  readonly classToIdx: ReadonlyMap<string, number>;

  constructor(
    private readonly list: ImageList,
    private readonly store: ImageStore,
    private readonly transforms: StandardTransform,
    /** The folder or list that names the files. */
    readonly root: string,
    /** What is unusual about the files, for people to read. */
    readonly notes: readonly string[] = [],
  ) {
    this.length = list.paths.length;
    this.targets = list.targets;
    this.classes = list.classes;
    this.classToIdx = new Map(list.classes.map((name, i) => [name, i]));
  }

  get transform(): ImageTransform {
    return this.transforms.transform;
  }

  /** The same pictures, from the same store, through another transform. */
  withTransform(transform: ImageTransform): FileImages {
    const { list, store, transforms, root, notes } = this;
    return new FileImages(list, store, transforms.with(transform), root, notes);
  }

  /** The picture itself, without transform. */
  image(index: number): Image | Promise<Image> {
    return this.store.get(index, this.pathOf(index));
  }

  async get(
    index: number,
    rng: Rng = defaultGenerator.rng(),
    place?: Float32Array,
  ): Promise<Sample> {
    const image = await this.image(index);
    return this.transforms.sample(image, this.targets[index] ?? 0, rng, place);
  }

  pathOf(index: number): string {
    const path = this.list.paths[index];
    if (path === undefined)
      throw new ValueError(
        this.constructor.name,
        `index ${index} is out of range for ${this.length} samples`,
      );
    return path;
  }

  workerSpec(): ModuleCall {
    const argument: FileImagesSpec = {
      list: this.list,
      store: this.store.workerSpec(),
      transforms: this.transforms.toJSON(),
      root: this.root,
    };
    return { module: import.meta.url, name: 'openFileImages', argument };
  }

  /** As torchvision prints a data set. */
  toString(): string {
    return printDataset(this.constructor.name, this.length, this.root, [], this.transforms);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** From names, sizes and classes; the files' contents are not read. */
  async fingerprint(): Promise<string> {
    const { paths, names, targets, classes } = this.list;
    const sizes = await Promise.all(
      paths.map((path) =>
        stat(path).then(
          ({ size }) => size,
          () => -1,
        ),
      ),
    );
    const lines = names.map((name, i) => `${name}\t${sizes[i]}\t${targets[i]}`);
    return digest(classes.join('\n'), lines.join('\n'));
  }
}

interface FileImagesSpec {
  readonly list: ImageList;
  readonly store: ModuleCall;
  readonly transforms: StandardTransformJson;
  readonly root: string;
}

/** @internal Makes the data set in a worker thread. */
export async function openFileImages({
  list,
  store,
  transforms,
  root,
}: FileImagesSpec): Promise<FileImages> {
  const opened = await makeFromSpec<ImageStore>(store);
  const made = StandardTransform.of('FileImages', await sampleOptions(transforms), list.classes);
  return new FileImages(list, opened, made, root);
}
