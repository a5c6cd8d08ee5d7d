import { optionReader } from '../../core/options.js';
import type { Rng } from '../../core/rng.js';
import type { Image } from '../image.js';
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

export interface TrivialAugmentWideOptions {
  /** Number of strengths. @default 31 */
  readonly numMagnitudeBins?: number;
  /** @default 'nearest' */
  readonly interpolation?: Interpolation;
  /** Colour of what comes into view; null is black. @default null */
  readonly fill?: Fill | null;
}

const readTrivialAugmentWide = optionReader<TrivialAugmentWideOptions>('TrivialAugmentWide', {
  numMagnitudeBins: true,
  interpolation: true,
  fill: true,
});

/** Applies one random operation at a random strength (Müller & Hutter, 2021, https://arxiv.org/abs/2103.10158). */
export class TrivialAugmentWide extends ColorTransform {
  private readonly numMagnitudeBins: number;
  private readonly interpolation: Interpolation;
  private readonly fill: Fill | null;

  constructor(...given: [options?: TrivialAugmentWideOptions]) {
    super();
    const {
      numMagnitudeBins = 31,
      interpolation = 'nearest',
      fill = null,
    } = readTrivialAugmentWide(given);
    requireInteger('TrivialAugmentWide', 'numMagnitudeBins', numMagnitudeBins, limits.bins);
    requireInterpolation('TrivialAugmentWide', interpolation);
    if (fill !== null) requireFill('TrivialAugmentWide', fill);
    this.numMagnitudeBins = numMagnitudeBins;
    this.interpolation = interpolation;
    this.fill = fill;
  }

  /** The strengths of each operation. */
  magnitudes(): Record<AugmentName, Magnitudes> {
    const bins = this.numMagnitudeBins;
    const signed = (end: number) => evenly(bins, 0, end, true);
    return {
      Identity: noMagnitude,
      ShearX: signed(0.99),
      ShearY: signed(0.99),
      TranslateX: signed(32),
      TranslateY: signed(32),
      Rotate: signed(135),
      Brightness: signed(0.99),
      Color: signed(0.99),
      Contrast: signed(0.99),
      Sharpness: signed(0.99),
      Posterize: posterizeBits(bins, 6),
      Solarize: evenly(bins, 255, 0, false),
      AutoContrast: noMagnitude,
      Equalize: noMagnitude,
    };
  }

  /** A random operation at a random strength. */
  draw(rng: Rng): AugmentChoice {
    const op = augmentNames[rng.int(augmentNames.length)] ?? 'Identity';
    const { values, signed } = this.magnitudes()[op];
    const strength = values === null ? 0 : (values[rng.int(values.length)] ?? 0);
    return { op, magnitude: signed && rng.bool() ? -strength : strength };
  }

  protected run(image: Image, rng: Rng): Image {
    const options = { interpolation: this.interpolation, fill: this.fill ?? 0 };
    return augment(image, this.draw(rng), options);
  }

  toJSON(): TransformJson {
    const { numMagnitudeBins, interpolation, fill } = this;
    return { name: 'TrivialAugmentWide', numMagnitudeBins, interpolation, fill };
  }

  override toString(): string {
    return printCall('TrivialAugmentWide', {
      num_magnitude_bins: literal(this.numMagnitudeBins),
      interpolation: `InterpolationMode.${this.interpolation.toUpperCase()}`,
      fill: literal(this.fill),
    });
  }
}
