import { allocate, type DType } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import type { Rng } from '../../core/rng.js';
import type { Dataset, ModuleCall, Sample } from '../../data/dataset.js';
import { digest } from '../../data/fingerprint.js';
import type { NdArray } from '../../graph/op.js';
import { defaultGenerator } from '../../tensor/generator.js';
import { type Channels, Image } from '../image.js';
import { byteTable, type PlaneTable } from '../pixels/planes.js';
import { PILToTensor } from '../transforms/pil-to-tensor.js';
import type { ImageTransform } from './image-transform.js';
import {
  printDataset,
  type SampleOptions,
  StandardTransform,
  type StandardTransformJson,
  sampleOptions,
} from './standard-transform.js';

/** Small images of one size, as they are held: bytes `[N, H, W, C]` and a class number for each. */
export interface ImageArray {
  readonly height: number;
  readonly width: number;
  readonly channels: Channels;
  readonly pixels: Uint8Array;
  readonly targets: Uint8Array;
  readonly classes: readonly string[];
}

/** What samples are made with, and what is known of the data set besides its pictures. */
export interface ArrayImagesOptions extends SampleOptions {
  /** What is unusual about the files, for people to read. @default [] */
  readonly notes?: readonly string[];
  /** The folder that it was read from, for printing. @default null */
  readonly root?: string | null;
  /** Further lines for printing, such as `Split: Train`. @default [] */
  readonly details?: readonly string[];
  /** Its name for printing. @default its class */
  readonly name?: string;
}

const readOptions = optionReader<ArrayImagesOptions>('ArrayImages', {
  transform: true,
  targetTransform: true,
  notes: true,
  root: true,
  details: true,
  name: true,
});

/**
 * A data set that lies in memory as bytes: MNIST, Fashion-MNIST, CIFAR-10. Worker threads read the same memory. Where
 * the transform only looks bytes up in a table (`ToTensor`, `Normalize`), whole batches are looked up at once.
 */
export class ArrayImages implements Dataset<Sample> {
  readonly length: number;
  readonly targets: Uint8Array;
  readonly classes: readonly string[];
  /** What is unusual about the files, for people to read. */
  readonly notes: readonly string[];
  readonly getBatch?: NonNullable<Dataset<Sample>['getBatch']>;
  private readonly array: ImageArray;
  private readonly transforms: StandardTransform;
  private readonly printed: Pick<ArrayImagesOptions, 'name' | 'root' | 'details'>;

  /** `array`'s pixels and targets move to shared memory unless they are there already. */
  constructor(array: ImageArray, ...given: [options?: ArrayImagesOptions]) {
    const options = readOptions(given, new.target.name);
    this.array = { ...array, pixels: shared(array.pixels), targets: shared(array.targets) };
    this.transforms = StandardTransform.of(new.target.name, options, array.classes);
    this.length = array.targets.length;
    this.targets = this.array.targets;
    this.classes = array.classes;
    this.notes = options.notes ?? [];
    this.printed = options;
    const table = this.transform.planeTable?.(array.channels);
    if (table !== undefined) this.getBatch = (indices) => this.bulk(indices, 'float32', table);
    else if (this.transform instanceof PILToTensor) {
      const bytes = byteTable(array.channels);
      this.getBatch = (indices) => this.bulk(indices, 'uint8', bytes);
    }
  }

  get transform(): ImageTransform {
    return this.transforms.transform;
  }

  /** The same pictures, in the same memory, through another transform. */
  withTransform(transform: ImageTransform): ArrayImages {
    const { array, notes, printed, transforms } = this;
    const targetTransform = (target: number) => transforms.label(target);
    const { name = this.constructor.name, ...others } = printed;
    return new ArrayImages(array, { ...others, name, notes, transform, targetTransform });
  }

  /** The picture itself, without transform. */
  image(index: number): Image {
    const { height, width, channels, pixels } = this.array;
    if (!Number.isInteger(index) || index < 0 || index >= this.length)
      throw new ValueError(
        this.constructor.name,
        `index ${index} is out of range for ${this.length} samples`,
      );
    const size = height * width * channels;
    return new Image(height, width, channels, pixels.subarray(index * size, (index + 1) * size));
  }

  get(index: number, rng: Rng = defaultGenerator.rng(), place?: Float32Array): Sample {
    return this.transforms.sample(this.image(index), this.targets[index] ?? 0, rng, place);
  }

  workerSpec(): ModuleCall {
    const argument: ArrayImagesSpec = {
      array: this.array,
      transforms: this.transforms.toJSON(),
    };
    return { module: import.meta.url, name: 'openArrayImages', argument };
  }

  async fingerprint(): Promise<string> {
    const { height, width, channels, pixels, targets, classes } = this.array;
    return digest(`${height}×${width}×${channels}`, classes.join('\n'), pixels, targets);
  }

  /** As torchvision prints a data set. */
  toString(): string {
    const { name = this.constructor.name, root = null, details = [] } = this.printed;
    return printDataset(name, this.length, root, details, this.transforms);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** The samples' planes `[N, C, H, W]` through the table, and their class numbers. */
  private bulk(
    indices: readonly number[],
    dtype: DType,
    table: PlaneTable,
  ): readonly [NdArray, NdArray] {
    const { height, width, channels, pixels } = this.array;
    const plane = height * width;
    const size = plane * channels;
    const x = allocate(dtype, indices.length * size);
    const y = new Int32Array(indices.length);
    indices.forEach((index, n) => {
      y[n] = this.transforms.label(this.targets[index] ?? 0);
      for (let c = 0; c < channels; c++) {
        const column = c * 256;
        const target = n * size + c * plane;
        let source = index * size + c;
        for (let p = 0; p < plane; p++, source += channels)
          x[target + p] = table[column + (pixels[source] as number)] as number;
      }
    });
    return [
      { shape: [indices.length, channels, height, width], dtype, data: x },
      { shape: [indices.length], dtype: 'int32', data: y },
    ];
  }
}

interface ArrayImagesSpec {
  readonly array: ImageArray;
  readonly transforms: StandardTransformJson;
}

/** @internal Makes the data set in a worker thread, on the same memory. */
export async function openArrayImages({
  array,
  transforms,
}: ArrayImagesSpec): Promise<ArrayImages> {
  return new ArrayImages(array, await sampleOptions(transforms));
}

function shared(bytes: Uint8Array): Uint8Array {
  if (bytes.buffer instanceof SharedArrayBuffer) return bytes;
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}
