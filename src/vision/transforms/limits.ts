/**
 * The ranges of all numbers that transforms take. A transform may come with a model's file, so each number has an end that no
 * use in earnest comes near, and what is made of a picture has a size that memory can hold.
 */
import { ValueError } from '../../core/errors.js';
import type { ImageSize } from '../image.js';

/** A lower and an upper bound. */
export type Range = readonly [low: number, high: number];

export const limits = {
  /** Pixels along a side: of sizes, windows, squares. */
  side: [1, 32_768],
  /** Pixels put on at a side, or cut away. */
  padding: [-32_768, 32_768],
  /** Pixels along a blur's kernel. */
  kernel: [1, 255],
  /** Standard deviation of a blur, in pixels. */
  blur: [0.001, 1000],
  /** A probability, or a share of a whole. */
  share: [0, 1],
  /** A share of an area; above 1 it does not fit, and the middle is taken. */
  area: [0, 100],
  /** One side over the other, or a zoom. */
  ratio: [0.001, 1000],
  /** An angle of rotation, in degrees. */
  degrees: [-36_000, 36_000],
  /** An angle of shear, in degrees: at 90 a picture becomes a line. */
  shear: [-89, 89],
  /** A coordinate, in pixels. */
  point: [-1e6, 1e6],
  /** How much of a property a colour has: 1 leaves it alone. */
  factor: [0, 1000],
  /** A turn of the colour circle. */
  hue: [-0.5, 0.5],
  byte: [0, 255],
  /** A number of a float picture, its mean, or noise. */
  value: [-1e6, 1e6],
  /** A standard deviation that is divided by. */
  divisor: [1e-6, 1e6],
  /** A standard deviation of noise; 0 is none. */
  noise: [0, 1e6],
  /** The parameter of a Beta distribution. */
  alpha: [0.001, 1000],
  classes: [1, 65_536],
  /** Operations, one after the other. */
  operations: [0, 100],
  /** Strengths of an operation. */
  bins: [2, 1000],
  holes: [1, 100],
} as const satisfies Record<string, Range>;

/** The most pixels that a picture may get, unless it has them already. */
export const maxPixels = 50_000_000;

/** The most transforms in a description from outside, and how deep they may be nested. */
export const maxSteps = 100;
export const maxDepth = 16;

/** Throws where a picture of `before` would become one of more than `maxPixels`. */
export function requirePixels(subject: string, before: ImageSize, after: ImageSize): void {
  const pixels = after.height * after.width;
  if (pixels <= Math.max(maxPixels, before.height * before.width)) return;
  throw new ValueError(
    subject,
    `makes ${after.height}×${after.width} = ${pixels} pixels of ${before.height}×${before.width}, at most ${maxPixels} are allowed`,
  );
}
