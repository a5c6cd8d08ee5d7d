import { optionReader } from '../../core/options.js';
import type { Rng } from '../../core/rng.js';
import { type FloatImage, floatImage, Image } from '../image.js';
import { addNoiseToBytes, drawNoise } from '../pixels/noise.js';
import { requireBoolean, requireNumber } from './arguments.js';
import { limits } from './limits.js';
import { float, literal, printCall } from './print.js';
import { TransformBase, type TransformJson } from './transform.js';

export interface GaussianNoiseOptions {
  /** Mean of the noise, on the scale 0–1. @default 0 */
  readonly mean?: number;
  /** Standard deviation of the noise, on the scale 0–1. @default 0.1 */
  readonly sigma?: number;
  /** Holds a float picture within 0–1 (bytes are always held); switch it off after `Normalize`. @default true */
  readonly clip?: boolean;
}

/** A transform of both kinds of pictures, which gives what it is given. */
type EitherKind = abstract new () => {
  (image: Image, rng?: Rng): Image;
  (image: FloatImage, rng?: Rng): FloatImage;
  apply(image: Image, rng?: Rng): Image;
  apply(image: FloatImage, rng?: Rng): FloatImage;
} & TransformBase<Image | FloatImage, Image | FloatImage>;

const readGaussianNoise = optionReader<GaussianNoiseOptions>('GaussianNoise', {
  mean: true,
  sigma: true,
  clip: true,
});

/** Adds normal noise to every number of an image or a float picture. */
export class GaussianNoise extends (TransformBase as EitherKind) {
  private readonly mean: number;
  private readonly sigma: number;
  private readonly clip: boolean;

  constructor(...given: [options?: GaussianNoiseOptions]) {
    super();
    const { mean = 0, sigma = 0.1, clip = true } = readGaussianNoise(given);
    requireNumber('GaussianNoise', 'mean', mean, limits.value);
    requireNumber('GaussianNoise', 'sigma', sigma, limits.noise);
    requireBoolean('GaussianNoise', 'clip', clip);
    this.mean = mean;
    this.sigma = sigma;
    this.clip = clip;
  }

  protected override run(value: Image | FloatImage, rng: Rng): Image | FloatImage {
    const noise = drawNoise(value.data.length, this.mean, this.sigma, rng);
    if (value instanceof Image) return addNoiseToBytes(value, noise);
    const sum = value.data.map((v, i) => v + (noise[i] as number));
    const data = this.clip ? sum.map((v) => Math.max(0, Math.min(1, v))) : sum;
    return floatImage(...value.shape, data);
  }

  override toJSON(): TransformJson {
    const { mean, sigma, clip } = this;
    return { name: 'GaussianNoise', mean, sigma, clip };
  }

  override toString(): string {
    return printCall('GaussianNoise', {
      mean: float(this.mean),
      sigma: float(this.sigma),
      clip: literal(this.clip),
    });
  }
}
