import { ShapeError, ValueError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import { show } from '../../core/outside-text.js';
import type { Rng } from '../../core/rng.js';
import type { Size2d } from '../../core/shape.js';
import type { Image } from '../image.js';
import { gaussianBlur } from '../pixels/blur.js';
import { type Range, requireRange, sidePair } from './arguments.js';
import { limits } from './limits.js';
import { floatTuple, literal, printCall } from './print.js';
import { ColorTransform, type TransformJson } from './transform.js';

export interface GaussianBlurOptions {
  /** Standard deviation in pixels, or the range it is drawn from. @default [0.1, 2] */
  readonly sigma?: number | Range;
}

const readGaussianBlur = optionReader<GaussianBlurOptions>('GaussianBlur', { sigma: true });

/** Blurs with a Gaussian kernel of odd `kernelSize` (a side, or `[height, width]`) and random sigma. */
export class GaussianBlur extends ColorTransform {
  private readonly kernelSize: Size2d;
  private readonly sigma: Range;

  constructor(kernelSize: number | Size2d, ...given: [options?: GaussianBlurOptions]) {
    super();
    const { sigma = [0.1, 2] } = readGaussianBlur(given);
    this.kernelSize = sidePair('GaussianBlur', 'kernelSize', kernelSize, limits.kernel);
    if (this.kernelSize.some((size) => size % 2 === 0))
      throw new ValueError(
        'GaussianBlur',
        `kernelSize=${show(kernelSize)} must be odd, so that it has a middle`,
      );
    this.sigma = typeof sigma === 'number' ? [sigma, sigma] : sigma;
    requireRange('GaussianBlur', 'sigma', this.sigma, limits.blur);
  }

  /** A random sigma. */
  draw(rng: Rng): number {
    return rng.uniform(...this.sigma);
  }

  protected run(image: Image, rng: Rng): Image {
    const [height, width] = this.kernelSize;
    if (height >> 1 >= image.height || width >> 1 >= image.width)
      throw new ShapeError(
        'GaussianBlur',
        `kernelSize ${height}×${width} mirrors ${height >> 1} and ${width >> 1} pixels, ` +
          `but the image is only ${image.height}×${image.width}; use a smaller kernel`,
      );
    return gaussianBlur(image, this.kernelSize, this.draw(rng));
  }

  toJSON(): TransformJson {
    return { name: 'GaussianBlur', kernelSize: this.kernelSize, sigma: this.sigma };
  }

  override toString(): string {
    return printCall('GaussianBlur', {
      kernel_size: literal(this.kernelSize),
      sigma: floatTuple(this.sigma),
    });
  }
}
