import { ShapeError, ValueError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import { show } from '../../core/outside-text.js';
import type { Rng } from '../../core/rng.js';
import type { FloatImage, ImageSize } from '../image.js';
import { erase } from '../pixels/erase.js';
import type { Box } from '../pixels/gather.js';
import { drawNoise } from '../pixels/noise.js';
import {
  isList,
  type Range,
  requireInteger,
  requireNumber,
  requireProbability,
  requireRange,
} from './arguments.js';
import { limits } from './limits.js';
import { floatTuple, literal, printCall } from './print.js';
import { TensorTransform, type TransformJson } from './transform.js';

/** What is put in place of erased pixels: a number, one per channel, or normal noise. */
export type EraseValue = number | readonly number[] | 'random';

export interface RandomErasingOptions {
  /** Probability of the change. @default 0.5 */
  readonly p?: number;
  /** Share of the area that is erased. @default [0.02, 0.33] */
  readonly scale?: Range;
  /** Height over width of the rectangle; drawn evenly in its logarithm. @default [0.3, 3.3] */
  readonly ratio?: Range;
  /** @default 0 */
  readonly value?: EraseValue;
}

const readRandomErasing = optionReader<RandomErasingOptions>('RandomErasing', {
  p: true,
  scale: true,
  ratio: true,
  value: true,
});

/** Erases a random rectangle of a float picture (Zhong et al., 2017, https://arxiv.org/abs/1708.04896). */
export class RandomErasing extends TensorTransform {
  private readonly p: number;
  private readonly scale: Range;
  private readonly ratio: Range;
  private readonly value: EraseValue;

  constructor(...given: [options?: RandomErasingOptions]) {
    super();
    const {
      p = 0.5,
      scale = [0.02, 0.33],
      ratio = [0.3, 3.3],
      value = 0,
    } = readRandomErasing(given);
    requireProbability('RandomErasing', p);
    requireRange('RandomErasing', 'scale', scale, limits.share);
    requireRange('RandomErasing', 'ratio', ratio, limits.ratio);
    const numbers = typeof value === 'number' ? [value] : value;
    if (value !== 'random' && !isList(numbers, limits.value))
      throw new ValueError(
        'RandomErasing',
        `value=${show(value)} must be a number, a list with one per channel, or 'random'`,
      );
    this.p = p;
    this.scale = scale;
    this.ratio = ratio;
    this.value = value;
  }

  /** A random rectangle within `size`; null for none, or when ten drawn ones did not fit. */
  draw(size: ImageSize, rng: Rng): Box | null {
    if (!rng.bool(this.p)) return null;
    for (let attempt = 0; attempt < 10; attempt++) {
      const area = size.height * size.width * rng.uniform(...this.scale);
      const ratio = Math.exp(rng.uniform(Math.log(this.ratio[0]), Math.log(this.ratio[1])));
      const height = Math.round(Math.sqrt(area * ratio));
      const width = Math.round(Math.sqrt(area / ratio));
      if (height >= size.height || width >= size.width) continue;
      const top = rng.int(size.height - height + 1);
      const left = rng.int(size.width - width + 1);
      return { top, left, height, width };
    }
    return null;
  }

  protected run(image: FloatImage, rng: Rng): FloatImage {
    const [channels, height, width] = image.shape;
    const { value } = this;
    if (typeof value === 'object' && value.length !== 1 && value.length !== channels)
      throw new ShapeError(
        'RandomErasing',
        `value=${show(value)} has ${value.length} values, but the image has ${channels} channels`,
      );
    const box = this.draw({ height, width }, rng);
    if (box === null) return image;
    if (value === 'random') {
      const area = box.height * box.width;
      const noise = drawNoise(channels * area, 0, 1, rng);
      return erase(image, [box], (c, i) => noise[c * area + i] as number);
    }
    const values = typeof value === 'number' ? [value] : value;
    return erase(image, [box], (c) => values[values.length === 1 ? 0 : c] ?? 0);
  }

  toJSON(): TransformJson {
    const { p, scale, ratio, value } = this;
    return { name: 'RandomErasing', p, scale, ratio, value };
  }

  override toString(): string {
    return printCall('RandomErasing', {
      p: literal(this.p),
      scale: floatTuple(this.scale),
      ratio: floatTuple(this.ratio),
      value: literal(this.value),
      inplace: 'False',
    });
  }
}

export interface CutoutOptions {
  /** Number of squares. @default 1 */
  readonly holes?: number;
  /** What is put in their place. @default 0 */
  readonly value?: number;
}

const readCutout = optionReader<CutoutOptions>('Cutout', { holes: true, value: true });

/**
 * Erases squares of side `length` whose middle lies anywhere in the picture, so that the border may cut them
 * (DeVries & Taylor, 2017, https://arxiv.org/abs/1708.04552).
 */
export class Cutout extends TensorTransform {
  private readonly side: number;
  private readonly holes: number;
  private readonly value: number;

  constructor(length: number, ...given: [options?: CutoutOptions]) {
    super();
    const { holes = 1, value = 0 } = readCutout(given);
    requireInteger('Cutout', 'length', length, limits.side);
    requireInteger('Cutout', 'holes', holes, limits.holes);
    requireNumber('Cutout', 'value', value, limits.value);
    this.side = length;
    this.holes = holes;
    this.value = value;
  }

  /** Random squares about points of an image of `size`; they may reach beyond it. */
  draw({ height, width }: ImageSize, rng: Rng): Box[] {
    const { side } = this;
    return Array.from({ length: this.holes }, () => {
      const top = rng.int(height) - (side >> 1);
      const left = rng.int(width) - (side >> 1);
      return { top, left, height: side, width: side };
    });
  }

  protected run(image: FloatImage, rng: Rng): FloatImage {
    const [, height, width] = image.shape;
    return erase(image, this.draw({ height, width }, rng), () => this.value);
  }

  toJSON(): TransformJson {
    const { side, holes, value } = this;
    return { name: 'Cutout', length: side, holes, value };
  }

  override toString(): string {
    return printCall('Cutout', {
      length: literal(this.side),
      holes: literal(this.holes),
      value: literal(this.value),
    });
  }
}
