import { ValueError } from '../../core/errors.js';
import type { OptionNames } from '../../core/options.js';
import type { Rng } from '../../core/rng.js';
import type { NdArray } from '../../graph/op.js';
import type { Image } from '../image.js';
import { type TransformLike, toTransform } from '../transforms/lambda.js';
import { loadTransform } from '../transforms/load-transform.js';
import { ToTensor } from '../transforms/to-tensor.js';
import type { TransformJson } from '../transforms/transform.js';
import type { ImageTransform } from './image-transform.js';

/** What a data set does to its samples. */
export interface SampleOptions {
  /**
   * Picture → array, as a transform or a plain function. Worker threads need a transform, which a `Lambda` makes of a
   * function that a module exports.
   * @default new ToTensor()
   */
  readonly transform?: TransformLike<Image, NdArray>;
  /** Class number → what samples have as their label instead. Asked once for each class. */
  readonly targetTransform?: (target: number) => number;
}

export const sampleNames: OptionNames<SampleOptions> = { transform: true, targetTransform: true };

/** A data set's two transforms, under torchvision's name. */
export class StandardTransform {
  private constructor(
    readonly transform: ImageTransform,
    /** The label by class number; null where it is the number itself. */
    private readonly labels: readonly number[] | null,
  ) {}

  /** From a data set's options; `subject` is its class. @throws ValueError for what is no transform */
  static of(
    subject: string,
    { transform = new ToTensor(), targetTransform }: SampleOptions,
    classes: readonly string[],
  ): StandardTransform {
    const picture = toTransform(subject, transform);
    if (targetTransform === undefined) return new StandardTransform(picture, null);
    if (typeof targetTransform !== 'function')
      throw new ValueError(subject, 'targetTransform must be a function: class number → number');
    const labels = classes.map((name, target) => {
      const label: unknown = targetTransform(target);
      if (typeof label === 'number') return label;
      throw new ValueError(
        subject,
        `targetTransform gives a ${typeof label} for class ${target} ('${name}'), a number is required`,
      );
    });
    return new StandardTransform(picture, labels);
  }

  /** The same with another transform of pictures. */
  with(transform: ImageTransform): StandardTransform {
    return new StandardTransform(transform, this.labels);
  }

  label(target: number): number {
    return this.labels === null ? target : (this.labels[target] ?? target);
  }

  sample(image: Image, target: number, rng: Rng, place?: Float32Array): readonly [NdArray, number] {
    return [this.transform.apply(image, rng, place), this.label(target)];
  }

  toString(): string {
    const lines = ['StandardTransform', ...headed('Transform: ', this.transform.toString())];
    if (this.labels !== null) lines.push(`Target transform: [${this.labels.join(', ')}]`);
    return lines.join('\n');
  }

  /** What another thread makes it from. @throws ValueError where the transform is a function of no module */
  toJSON(): StandardTransformJson {
    return { transform: this.transform.toJSON(), labels: this.labels };
  }
}

/** The options that `toJSON()` of a data set's transforms described. */
export async function sampleOptions({
  transform,
  labels,
}: StandardTransformJson): Promise<SampleOptions> {
  return {
    transform: await loadTransform<ImageTransform>(transform),
    ...(labels && { targetTransform: (target) => labels[target] ?? target }),
  };
}

export interface StandardTransformJson {
  readonly transform: TransformJson;
  readonly labels: readonly number[] | null;
}

function headed(head: string, text: string): string[] {
  const [first = '', ...others] = text.split('\n');
  return [head + first, ...others.map((line) => ' '.repeat(head.length) + line)];
}

/** A data set as torchvision prints it. `details` are lines of its own, such as `Split: Train`. */
export function printDataset(
  name: string,
  length: number,
  root: string | null,
  details: readonly string[],
  transforms: StandardTransform,
): string {
  const body = [`Number of datapoints: ${length}`];
  if (root !== null) body.push(`Root location: ${root}`);
  body.push(...details, transforms.toString());
  return [`Dataset ${name}`, ...body.map((line) => `    ${line}`)].join('\n');
}
