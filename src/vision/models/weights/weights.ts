import { optionReader } from '../../../core/options.js';
import { CenterCrop } from '../../transforms/center-crop.js';
import { Compose } from '../../transforms/compose.js';
import { Normalize } from '../../transforms/normalize.js';
import { Resize } from '../../transforms/resize.js';
import { ToTensor } from '../../transforms/to-tensor.js';
import { imagenetClasses } from './imagenet-classes.js';
import { type WeightsRow, weightsTable } from './table.js';

/** An architecture for which torchvision publishes weights. */
export type PublishedArchitecture = keyof typeof weightsTable;

/** Means and standard deviations of ImageNet's channels, by which all of them were trained. */
const mean = [0.485, 0.456, 0.406] as const;
const std = [0.229, 0.224, 0.225] as const;

const readSide = optionReader<TransformsOptions>('Weights.transforms', { imageSize: true });

export interface TransformsOptions {
  /** Side of the inputs in pixels; pictures are resized in proportion. @default what the accuracy was measured at */
  readonly imageSize?: number;
}

/** Weights that torchvision publishes for an architecture, trained on ImageNet-1K: 1000 classes. */
export class Weights {
  /** `IMAGENET1K_V1` or `IMAGENET1K_V2`, a later training of the same architecture. */
  readonly name: `IMAGENET1K_V${1 | 2}`;
  readonly fileName: string;
  readonly url: string;
  /** How the file's SHA-256 begins, as its name says. */
  readonly sha256: string;
  /** About the size of the file. */
  readonly sizeBytes: number;
  /** Share of ImageNet's validation pictures whose class is the first, or among the first five, 0–1, as published. */
  readonly accuracy: { readonly top1: number; readonly top5: number };
  /** Side of the inputs in pixels at which the accuracy was measured. */
  readonly imageSize: number;
  /** Of torchvision's weights; ImageNet's pictures have terms of their own, which some read as covering what was learned from them. */
  readonly license = 'BSD-3-Clause';
  private readonly resize: number;
  private readonly interpolation: 'bilinear' | 'bicubic';

  constructor(
    readonly architecture: PublishedArchitecture,
    row: WeightsRow,
    /** The address that the file is fetched from, without its name. */
    source = 'https://download.pytorch.org/models',
  ) {
    const [version, file, sizeBytes, top1, top5, resize, crop, interpolation = 'bilinear'] = row;
    this.name = `IMAGENET1K_V${version}`;
    this.fileName = file;
    this.url = `${source}/${file}`;
    this.sha256 = /-([0-9a-f]+)\.pth$/.exec(file)?.[1] ?? '';
    this.sizeBytes = sizeBytes;
    this.accuracy = { top1: top1 / 100, top5: top5 / 100 };
    this.imageSize = crop;
    this.resize = resize;
    this.interpolation = interpolation;
  }

  /** What makes a picture the input on which the accuracy was measured: resize, crop the middle, normalize. */
  transforms(...given: [options?: TransformsOptions]): Compose {
    const { imageSize = this.imageSize } = readSide(given);
    const { interpolation } = this;
    return new Compose([
      new Resize(Math.round((this.resize * imageSize) / this.imageSize), { interpolation }),
      new CenterCrop(imageSize),
      new ToTensor(),
      new Normalize([...mean], [...std]),
    ]);
  }

  /** The names of the 1000 classes, by number, read when they are first asked for. */
  async categories(): Promise<readonly string[]> {
    return await imagenetClasses();
  }

  toString(): string {
    return `${this.architecture} ${this.name}`;
  }
}

/** The weights of an architecture under torchvision's names; `DEFAULT` are the best. */
export type WeightsOf<A extends PublishedArchitecture> = { readonly DEFAULT: Weights } & {
  readonly [V in (typeof weightsTable)[A][number][0] as `IMAGENET1K_V${V}`]: Weights;
};

/** All weights of an architecture, oldest first; the last are torchvision's default. None for others. */
export function publishedWeights(architecture: string): readonly Weights[] {
  if (!Object.hasOwn(weightsTable, architecture)) return [];
  const name = architecture as PublishedArchitecture;
  return weightsTable[name].map((row) => new Weights(name, row));
}

/** The weights of an architecture by name, as torchvision's `get_model_weights` gives them. */
export function getModelWeights<A extends PublishedArchitecture>(architecture: A): WeightsOf<A> {
  const all = publishedWeights(architecture);
  const named = all.map((weights) => [weights.name, weights] as const);
  const table: object = { ...Object.fromEntries(named), DEFAULT: all.at(-1) };
  return table as WeightsOf<A>; // one name for each row of the table
}
