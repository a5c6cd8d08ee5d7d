import type { Image } from '../image.js';
import { type Point, rotation } from './affine-matrix.js';
import type { Fill } from './fill.js';
import { flipGather } from './gather.js';
import type { Interpolation } from './resample.js';
import { imageSource, type PixelSource } from './source.js';
import { warpedSource } from './warp.js';

export interface RotateOptions {
  readonly interpolation: Interpolation;
  readonly expand: boolean;
  readonly center: Point | null;
  readonly fill: Fill;
}

/** `image` turned by `angle` degrees, counter-clockwise. */
export function rotatedSource(image: Image, angle: number, options: RotateOptions): PixelSource {
  const turn = ((angle % 360) + 360) % 360;
  if (options.center === null) {
    if (turn === 0) return imageSource(image);
    if (turn === 180)
      return imageSource(image, flipGather(image, { horizontal: true, vertical: true }));
    // A quarter turn of a square, or onto a canvas that fits, moves whole pixels.
    if (turn % 90 === 0 && (options.expand || image.width === image.height)) {
      const { height, width } = image;
      const matrix = turn === 90 ? [0, -1, width, 1, 0, 0] : [0, 1, 0, -1, 0, height];
      const canvas = { height: width, width: height };
      return warpedSource(image, canvas, matrix, { ...options, interpolation: 'nearest' });
    }
  }
  const turned = rotation(image, turn, options);
  return warpedSource(image, turned, turned.matrix, options);
}
