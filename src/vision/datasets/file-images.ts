import { stat } from 'node:fs/promises';
import { ValueError } from '../../core/errors.js';
import { Rng } from '../../core/rng.js';
import { type Dataset, type ModuleCall, makeFromSpec, type Sample } from '../../data/dataset.js';
import { digest } from '../../data/fingerprint.js';
import type { Image } from '../image.js';
import { transformFromJSON } from '../transforms/registry.js';
import type { TransformJson } from '../transforms/transform.js';
import type { ImageStore } from './image-store/image-store.js';
import type { ImageTransform } from './image-transform.js';

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
    readonly transform: ImageTransform,
    /** What is unusual about the files, for people to read. */
    readonly notes: readonly string[] = [],
  ) {
    this.length = list.paths.length;
    this.targets = list.targets;
    this.classes = list.classes;
    this.classToIdx = new Map(list.classes.map((name, i) => [name, i]));
  }

  /** The picture itself, without transform. */
  image(index: number): Image | Promise<Image> {
    return this.store.get(index, this.pathOf(index));
  }

  async get(index: number, rng: Rng = new Rng(0, 0, index), place?: Float32Array): Promise<Sample> {
    return [this.transform.apply(await this.image(index), rng, place), this.targets[index] ?? 0];
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
      transform: this.transform.toJSON(),
    };
    return { module: import.meta.url, name: 'openFileImages', argument };
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
  readonly transform: TransformJson;
}

/** @internal Makes the data set in a worker thread. */
export async function openFileImages({
  list,
  store,
  transform,
}: FileImagesSpec): Promise<FileImages> {
  return new FileImages(
    list,
    await makeFromSpec<ImageStore>(store),
    transformFromJSON(transform) as ImageTransform,
  );
}
