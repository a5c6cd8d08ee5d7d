import { ValueError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import { show } from '../../core/outside-text.js';
import type { Size2d } from '../../core/shape.js';
import type { Image, ImageSize } from '../image.js';
import { type Interpolation, resizedSource } from '../pixels/resample.js';
import { imageSource, type PixelSource } from '../pixels/source.js';
import { requireInteger, requireInterpolation, sidePair } from './arguments.js';
import { limits } from './limits.js';
import { literal, printCall } from './print.js';
import { SourceTransform, type TransformJson } from './transform.js';

export interface ResizeOptions {
  /** How pixels are combined; bilinear and bicubic always smooth when shrinking. @default 'bilinear' */
  readonly interpolation?: Interpolation;
  /** With a single `size`: the most that the longer side may become; then the shorter one ends up below `size`. @default null */
  readonly maxSize?: number | null;
}

const readResize = optionReader<ResizeOptions>('Resize', { interpolation: true, maxSize: true });

/**
 * Scales to `[height, width]`, or so that the shorter side is `size` and the proportions stay. The longer side is then cut
 * to whole pixels as torchvision does.
 *
 * @example new Resize([224, 224])
 */
export class Resize extends SourceTransform {
  private readonly size: number | Size2d;
  private readonly interpolation: Interpolation;
  private readonly maxSize: number | null;
  readonly firstSize: ImageSize | null;

  constructor(size: number | Size2d, ...given: [options?: ResizeOptions]) {
    super();
    const { interpolation = 'bilinear', maxSize = null } = readResize(given);
    const [height, width] = sidePair('Resize', 'size', size);
    requireInterpolation('Resize', interpolation);
    if (maxSize !== null) {
      requireInteger('Resize', 'maxSize', maxSize, limits.side);
      if (typeof size !== 'number' || maxSize <= size)
        throw new ValueError(
          'Resize',
          `maxSize=${maxSize} needs a single size below it, but size is ${show(size)}`,
        );
    }
    this.size = size;
    this.interpolation = interpolation;
    this.maxSize = maxSize;
    this.firstSize = interpolation === 'nearest' ? null : { height, width };
  }

  /** The size that an image of `size` gets. */
  outputSize({ height, width }: ImageSize): ImageSize {
    if (typeof this.size !== 'number') return { height: this.size[0], width: this.size[1] };
    let short = this.size;
    let long = Math.trunc((short * Math.max(height, width)) / Math.min(height, width));
    if (this.maxSize !== null && long > this.maxSize) {
      short = Math.max(1, Math.trunc((this.maxSize * short) / long));
      long = this.maxSize;
    }
    return width <= height ? { height: long, width: short } : { height: short, width: long };
  }

  source(image: Image): PixelSource {
    const size = this.outputSize(image);
    if (size.height === image.height && size.width === image.width) return imageSource(image);
    return resizedSource(image, size, this.interpolation);
  }

  toJSON(): TransformJson {
    const { size, interpolation, maxSize } = this;
    return { name: 'Resize', size, interpolation, maxSize };
  }

  override toString(): string {
    return printCall('Resize', {
      size: literal(this.size),
      interpolation: this.interpolation,
      max_size: literal(this.maxSize),
      antialias: 'None',
    });
  }
}
