import { optionReader } from '../../core/options.js';
import type { Rng } from '../../core/rng.js';
import type { Size2d } from '../../core/shape.js';
import type { Image, ImageSize } from '../image.js';
import { type Box, cropGather } from '../pixels/gather.js';
import { type Interpolation, resizedSource } from '../pixels/resample.js';
import { imageSource, type PixelSource } from '../pixels/source.js';
import { type Range, requireInterpolation, requireRange, sidePair } from './arguments.js';
import { limits } from './limits.js';
import { floatTuple, literal, printCall } from './print.js';
import { SourceTransform, type TransformJson } from './transform.js';

export interface RandomResizedCropOptions {
  /** Share of the area that the window covers. @default [0.08, 1] */
  readonly scale?: Range;
  /** Width over height of the window; drawn evenly in its logarithm. @default [3 / 4, 4 / 3] */
  readonly ratio?: Range;
  /** @default 'bilinear' */
  readonly interpolation?: Interpolation;
}

const readRandomResizedCrop = optionReader<RandomResizedCropOptions>('RandomResizedCrop', {
  scale: true,
  ratio: true,
  interpolation: true,
});

/** Cuts a window of random area and proportions and scales it to `size` (a side, or `[height, width]`). */
export class RandomResizedCrop extends SourceTransform {
  private readonly size: Size2d;
  private readonly scale: Range;
  private readonly ratio: Range;
  private readonly interpolation: Interpolation;

  constructor(size: number | Size2d, ...given: [options?: RandomResizedCropOptions]) {
    super();
    const {
      scale = [0.08, 1],
      ratio = [3 / 4, 4 / 3],
      interpolation = 'bilinear',
    } = readRandomResizedCrop(given);
    this.size = sidePair('RandomResizedCrop', 'size', size);
    requireRange('RandomResizedCrop', 'scale', scale, limits.area);
    requireRange('RandomResizedCrop', 'ratio', ratio, limits.ratio);
    requireInterpolation('RandomResizedCrop', interpolation);
    this.scale = scale;
    this.ratio = ratio;
    this.interpolation = interpolation;
  }

  /** A random window; after ten that do not fit, the largest in the middle with allowed proportions. */
  draw(size: ImageSize, rng: Rng): Box {
    const [low, high] = this.ratio;
    for (let attempt = 0; attempt < 10; attempt++) {
      const area = size.height * size.width * rng.uniform(...this.scale);
      const ratio = Math.exp(rng.uniform(Math.log(low), Math.log(high)));
      const width = Math.round(Math.sqrt(area * ratio));
      const height = Math.round(Math.sqrt(area / ratio));
      if (width > 0 && width <= size.width && height > 0 && height <= size.height) {
        const top = rng.int(size.height - height + 1);
        const left = rng.int(size.width - width + 1);
        return { top, left, height, width };
      }
    }
    const own = size.width / size.height;
    const width = own > high ? Math.max(1, Math.round(size.height * high)) : size.width;
    const height = own < low ? Math.max(1, Math.round(size.width / low)) : size.height;
    const top = (size.height - height) >> 1;
    const left = (size.width - width) >> 1;
    return { top, left, height, width };
  }

  source(image: Image, rng: Rng): PixelSource {
    const box = this.draw(image, rng);
    const [height, width] = this.size;
    if (box.height === height && box.width === width)
      return imageSource(image, cropGather(image, box));
    return resizedSource(image, { height, width }, this.interpolation, box);
  }

  toJSON(): TransformJson {
    const { size, scale, ratio, interpolation } = this;
    return { name: 'RandomResizedCrop', size, scale, ratio, interpolation };
  }

  override toString(): string {
    const round4 = (values: Range) => floatTuple(values.map((v) => Math.round(v * 1e4) / 1e4));
    return printCall('RandomResizedCrop', {
      size: literal(this.size),
      scale: round4(this.scale),
      ratio: round4(this.ratio),
      interpolation: this.interpolation,
      antialias: 'None',
    });
  }
}
