import { optionReader } from '../../core/options.js';
import type { Rng } from '../../core/rng.js';
import type { Image } from '../image.js';
import type { Point } from '../pixels/affine-matrix.js';
import type { Fill } from '../pixels/fill.js';
import type { Interpolation } from '../pixels/resample.js';
import { rotatedSource } from '../pixels/rotate.js';
import type { PixelSource } from '../pixels/source.js';
import {
  type Range,
  requireBoolean,
  requireFill,
  requireInterpolation,
  requirePair,
  symmetricRange,
} from './arguments.js';
import { limits } from './limits.js';
import { floatList, literal, printCall } from './print.js';
import { SourceTransform, type TransformJson } from './transform.js';

export interface RandomRotationOptions {
  /** @default 'nearest' */
  readonly interpolation?: Interpolation;
  /** Grows the canvas to hold the whole picture. @default false */
  readonly expand?: boolean;
  /** The point that stays, `[x, y]` from the upper left corner; null is the middle. @default null */
  readonly center?: Point | null;
  /** Colour of the corners that come into view. @default 0 */
  readonly fill?: Fill;
}

const readRandomRotation = optionReader<RandomRotationOptions>('RandomRotation', {
  interpolation: true,
  expand: true,
  center: true,
  fill: true,
});

/** Turns by a random angle in degrees, counter-clockwise: within ±`degrees`, or within the pair given. */
export class RandomRotation extends SourceTransform {
  private readonly degrees: Range;
  private readonly interpolation: Interpolation;
  private readonly expand: boolean;
  private readonly center: Point | null;
  private readonly fill: Fill;

  constructor(degrees: number | Range, ...given: [options?: RandomRotationOptions]) {
    super();
    const {
      interpolation = 'nearest',
      expand = false,
      center = null,
      fill = 0,
    } = readRandomRotation(given);
    this.degrees = symmetricRange('RandomRotation', 'degrees', degrees, limits.degrees);
    requireInterpolation('RandomRotation', interpolation);
    requireFill('RandomRotation', fill);
    requireBoolean('RandomRotation', 'expand', expand);
    if (center !== null) requirePair('RandomRotation', 'center', center, limits.point);
    this.interpolation = interpolation;
    this.expand = expand;
    this.center = center;
    this.fill = fill;
  }

  /** A random angle. */
  draw(rng: Rng): number {
    return rng.uniform(...this.degrees);
  }

  source(image: Image, rng: Rng): PixelSource {
    const { interpolation, expand, center, fill } = this;
    return rotatedSource(image, this.draw(rng), { interpolation, expand, center, fill });
  }

  toJSON(): TransformJson {
    const { degrees, interpolation, expand, center, fill } = this;
    return { name: 'RandomRotation', degrees, interpolation, expand, center, fill };
  }

  override toString(): string {
    return printCall('RandomRotation', {
      degrees: floatList(this.degrees),
      interpolation: this.interpolation,
      expand: literal(this.expand),
      ...(this.center === null ? {} : { center: literal(this.center) }),
      fill: literal(this.fill),
    });
  }
}
