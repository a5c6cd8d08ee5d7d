import { ValueError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import { show } from '../../core/outside-text.js';
import type { Rng } from '../../core/rng.js';
import type { Image, ImageSize } from '../image.js';
import { type AffineParams, affineMatrix, type Point } from '../pixels/affine-matrix.js';
import type { Fill } from '../pixels/fill.js';
import type { Interpolation } from '../pixels/resample.js';
import type { PixelSource } from '../pixels/source.js';
import { warpedSource } from '../pixels/warp.js';
import {
  type Range,
  requireFill,
  requireInterpolation,
  requirePair,
  requireRange,
  symmetricRange,
} from './arguments.js';
import { limits } from './limits.js';
import { floatList, floatTuple, literal, printCall } from './print.js';
import { SourceTransform, type TransformJson } from './transform.js';

export interface RandomAffineOptions {
  /** Largest shift, as shares of width and height. @default null */
  readonly translate?: readonly [x: number, y: number] | null;
  /** Range of the zoom. @default null */
  readonly scale?: Range | null;
  /** Degrees of shear along x: ± a number, or a range; four numbers add a range along y. @default null */
  readonly shear?: number | Range | readonly [number, number, number, number] | null;
  /** @default 'nearest' */
  readonly interpolation?: Interpolation;
  /** Colour of what comes into view. @default 0 */
  readonly fill?: Fill;
  /** The point that rotation, zoom and shear leave in place, `[x, y]`; null is the middle. @default null */
  readonly center?: Point | null;
}

const readRandomAffine = optionReader<RandomAffineOptions>('RandomAffine', {
  translate: true,
  scale: true,
  shear: true,
  interpolation: true,
  fill: true,
  center: true,
});

/** A random rotation within ±`degrees` (clockwise), shift, zoom and shear in one resampling. */
export class RandomAffine extends SourceTransform {
  private readonly degrees: Range;
  private readonly translate: readonly [number, number] | null;
  private readonly scale: Range | null;
  private readonly shear: readonly number[] | null;
  private readonly interpolation: Interpolation;
  private readonly fill: Fill;
  private readonly center: Point | null;

  constructor(degrees: number | Range, ...given: [options?: RandomAffineOptions]) {
    super();
    const {
      translate = null,
      scale = null,
      shear = null,
      interpolation = 'nearest',
      fill = 0,
      center = null,
    } = readRandomAffine(given);
    this.degrees = symmetricRange('RandomAffine', 'degrees', degrees, limits.degrees);
    if (translate !== null) requirePair('RandomAffine', 'translate', translate, limits.share);
    if (scale !== null) requireRange('RandomAffine', 'scale', scale, limits.ratio);
    requireInterpolation('RandomAffine', interpolation);
    requireFill('RandomAffine', fill);
    if (center !== null) requirePair('RandomAffine', 'center', center, limits.point);
    this.translate = translate;
    this.scale = scale;
    this.shear = shear === null ? null : shearRanges(shear);
    this.interpolation = interpolation;
    this.fill = fill;
    this.center = center;
  }

  /** Random parameters for an image of `size`. */
  draw(size: ImageSize, rng: Rng): AffineParams {
    const angle = rng.uniform(...this.degrees);
    const shift = (limit: number) => Math.round(rng.uniform(-limit, limit));
    const translate: Point =
      this.translate === null
        ? [0, 0]
        : [shift(this.translate[0] * size.width), shift(this.translate[1] * size.height)];
    const scale = this.scale === null ? 1 : rng.uniform(...this.scale);
    const [xLow, xHigh, yLow, yHigh] = this.shear ?? [];
    const shearX = xLow === undefined ? 0 : rng.uniform(xLow, xHigh);
    const shearY = yLow === undefined ? 0 : rng.uniform(yLow, yHigh);
    return { angle, translate, scale, shear: [shearX, shearY] };
  }

  source(image: Image, rng: Rng): PixelSource {
    const { interpolation, fill } = this;
    const center = this.center ?? [image.width * 0.5, image.height * 0.5];
    const matrix = affineMatrix(this.draw(image, rng), center);
    return warpedSource(image, image, matrix, { interpolation, fill });
  }

  toJSON(): TransformJson {
    const { degrees, translate, scale, shear, interpolation, fill, center } = this;
    return { name: 'RandomAffine', degrees, translate, scale, shear, interpolation, fill, center };
  }

  override toString(): string {
    const { translate, scale, shear, interpolation, fill, center } = this;
    return printCall('RandomAffine', {
      degrees: floatList(this.degrees),
      ...(translate === null ? {} : { translate: floatTuple(translate) }),
      ...(scale === null ? {} : { scale: floatTuple(scale) }),
      ...(shear === null ? {} : { shear: floatList(shear) }),
      ...(interpolation === 'nearest' ? {} : { interpolation }),
      ...(fill === 0 ? {} : { fill: literal(fill) }),
      ...(center === null ? {} : { center: literal(center) }),
    });
  }
}

function shearRanges(shear: number | readonly number[]): readonly number[] {
  if (typeof shear === 'number')
    return symmetricRange('RandomAffine', 'shear', shear, limits.shear);
  const known = Array.isArray(shear) && (shear.length === 2 || shear.length === 4);
  if (!known)
    throw new ValueError(
      'RandomAffine',
      `shear=${show(shear)} must be a number, a pair [low, high] for x, or four numbers for x and y`,
    );
  const [a = 0, b = 0, c = 0, d = 0] = shear;
  requireRange('RandomAffine', 'shear', [a, b], limits.shear);
  if (shear.length === 4) requireRange('RandomAffine', 'shear', [c, d], limits.shear);
  return shear;
}
