import { optionReader } from '../../core/options.js';
import type { Rng } from '../../core/rng.js';
import type { Image, ImageSize } from '../image.js';
import type { Fill } from '../pixels/fill.js';
import { perspectiveMatrix, type Quad } from '../pixels/perspective-matrix.js';
import type { Interpolation } from '../pixels/resample.js';
import { imageSource, type PixelSource } from '../pixels/source.js';
import { warpedSource } from '../pixels/warp.js';
import {
  requireFill,
  requireInterpolation,
  requireNumber,
  requireProbability,
} from './arguments.js';
import { limits } from './limits.js';
import { literal, printCall } from './print.js';
import { SourceTransform, type TransformJson } from './transform.js';

export interface RandomPerspectiveOptions {
  /** How far corners move inwards, as a share (0–1) of half the side. @default 0.5 */
  readonly distortionScale?: number;
  /** Probability of the change. @default 0.5 */
  readonly p?: number;
  /** @default 'bilinear' */
  readonly interpolation?: Interpolation;
  /** Colour of what comes into view. @default 0 */
  readonly fill?: Fill;
}

const readRandomPerspective = optionReader<RandomPerspectiveOptions>('RandomPerspective', {
  distortionScale: true,
  p: true,
  interpolation: true,
  fill: true,
});

/** Tilts the picture at random, with probability `p`: each corner moves to a random place near it. */
export class RandomPerspective extends SourceTransform {
  private readonly distortionScale: number;
  private readonly p: number;
  private readonly interpolation: Interpolation;
  private readonly fill: Fill;

  constructor(...given: [options?: RandomPerspectiveOptions]) {
    super();
    const {
      distortionScale = 0.5,
      p = 0.5,
      interpolation = 'bilinear',
      fill = 0,
    } = readRandomPerspective(given);
    requireNumber('RandomPerspective', 'distortionScale', distortionScale, limits.share);
    requireProbability('RandomPerspective', p);
    requireInterpolation('RandomPerspective', interpolation);
    requireFill('RandomPerspective', fill);
    this.distortionScale = distortionScale;
    this.p = p;
    this.interpolation = interpolation;
    this.fill = fill;
  }

  /** Where the corners of an image of `size` go, or null for no change. */
  draw({ height, width }: ImageSize, rng: Rng): Quad | null {
    if (!rng.bool(this.p)) return null;
    const reachX = Math.trunc(this.distortionScale * (width >> 1));
    const reachY = Math.trunc(this.distortionScale * (height >> 1));
    const near = (reach: number) => rng.int(reach + 1);
    const far = (side: number, reach: number) => Math.max(0, side - 1 - rng.int(reach + 1));
    return [
      [near(reachX), near(reachY)],
      [far(width, reachX), near(reachY)],
      [far(width, reachX), far(height, reachY)],
      [near(reachX), far(height, reachY)],
    ];
  }

  source(image: Image, rng: Rng): PixelSource {
    const corners = this.draw(image, rng);
    if (corners === null) return imageSource(image);
    const right = image.width - 1;
    const bottom = image.height - 1;
    const from: Quad = [
      [0, 0],
      [right, 0],
      [right, bottom],
      [0, bottom],
    ];
    const matrix = perspectiveMatrix(from, corners);
    if (matrix === null) return imageSource(image);
    const { interpolation, fill } = this;
    return warpedSource(image, image, matrix, { interpolation, fill });
  }

  toJSON(): TransformJson {
    const { distortionScale, p, interpolation, fill } = this;
    return { name: 'RandomPerspective', distortionScale, p, interpolation, fill };
  }

  override toString(): string {
    return printCall('RandomPerspective', { p: literal(this.p) });
  }
}
