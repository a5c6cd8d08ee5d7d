import { ValueError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import type { Rng } from '../../core/rng.js';
import type { Image, ImageSize } from '../image.js';
import type { Fill } from '../pixels/fill.js';
import type { Interpolation } from '../pixels/resample.js';
import { requireFill, requireInteger, requireInterpolation } from './arguments.js';
import {
  type AugmentChoice,
  type AugmentName,
  augment,
  augmentNames,
  evenly,
  type Magnitudes,
  noMagnitude,
  posterizeBits,
} from './augment-ops.js';
import { limits } from './limits.js';
import { literal, printCall } from './print.js';
import { ColorTransform, type TransformJson } from './transform.js';

export interface RandAugmentOptions {
  /** Operations applied, one after the other. @default 2 */
  readonly numOps?: number;
  /** Strength of all of them: an index into the bins. @default 9 */
  readonly magnitude?: number;
  /** Number of strengths. @default 31 */
  readonly numMagnitudeBins?: number;
  /** @default 'nearest' */
  readonly interpolation?: Interpolation;
  /** Colour of what comes into view; null is black. @default null */
  readonly fill?: Fill | null;
}

const readRandAugment = optionReader<RandAugmentOptions>('RandAugment', {
  numOps: true,
  magnitude: true,
  numMagnitudeBins: true,
  interpolation: true,
  fill: true,
});

/** Applies `numOps` random operations at one strength (Cubuk et al., 2019, https://arxiv.org/abs/1909.13719). */
export class RandAugment extends ColorTransform {
  private readonly numOps: number;
  private readonly magnitude: number;
  private readonly numMagnitudeBins: number;
  private readonly interpolation: Interpolation;
  private readonly fill: Fill | null;

  constructor(...given: [options?: RandAugmentOptions]) {
    super();
    const {
      numOps = 2,
      magnitude = 9,
      numMagnitudeBins = 31,
      interpolation = 'nearest',
      fill = null,
    } = readRandAugment(given);
    requireInteger('RandAugment', 'numOps', numOps, limits.operations);
    requireInteger('RandAugment', 'magnitude', magnitude, [0, limits.bins[1]]);
    requireInteger('RandAugment', 'numMagnitudeBins', numMagnitudeBins, limits.bins);
    if (magnitude >= numMagnitudeBins)
      throw new ValueError(
        'RandAugment',
        `magnitude=${magnitude} must be below numMagnitudeBins=${numMagnitudeBins}`,
      );
    requireInterpolation('RandAugment', interpolation);
    if (fill !== null) requireFill('RandAugment', fill);
    this.numOps = numOps;
    this.magnitude = magnitude;
    this.numMagnitudeBins = numMagnitudeBins;
    this.interpolation = interpolation;
    this.fill = fill;
  }

  /** The strengths of each operation for an image of `size`. */
  magnitudes({ height, width }: ImageSize): Record<AugmentName, Magnitudes> {
    const bins = this.numMagnitudeBins;
    const signed = (end: number) => evenly(bins, 0, end, true);
    return {
      Identity: noMagnitude,
      ShearX: signed(0.3),
      ShearY: signed(0.3),
      TranslateX: signed((150 / 331) * width),
      TranslateY: signed((150 / 331) * height),
      Rotate: signed(30),
      Brightness: signed(0.9),
      Color: signed(0.9),
      Contrast: signed(0.9),
      Sharpness: signed(0.9),
      Posterize: posterizeBits(bins, 4),
      Solarize: evenly(bins, 255, 0, false),
      AutoContrast: noMagnitude,
      Equalize: noMagnitude,
    };
  }

  /** Random operations for an image of `size`. */
  draw(size: ImageSize, rng: Rng): AugmentChoice[] {
    const table = this.magnitudes(size);
    return Array.from({ length: this.numOps }, () => {
      const op = augmentNames[rng.int(augmentNames.length)] ?? 'Identity';
      const { values, signed } = table[op];
      const strength = values?.[this.magnitude] ?? 0;
      return { op, magnitude: signed && rng.bool() ? -strength : strength };
    });
  }

  protected run(image: Image, rng: Rng): Image {
    const options = { interpolation: this.interpolation, fill: this.fill ?? 0 };
    return this.draw(image, rng).reduce((result, op) => augment(result, op, options), image);
  }

  toJSON(): TransformJson {
    const { numOps, magnitude, numMagnitudeBins, interpolation, fill } = this;
    return { name: 'RandAugment', numOps, magnitude, numMagnitudeBins, interpolation, fill };
  }

  override toString(): string {
    return printCall('RandAugment', {
      num_ops: literal(this.numOps),
      magnitude: literal(this.magnitude),
      num_magnitude_bins: literal(this.numMagnitudeBins),
      interpolation: `InterpolationMode.${this.interpolation.toUpperCase()}`,
      fill: literal(this.fill),
    });
  }
}
