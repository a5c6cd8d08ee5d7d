/** The operations that RandAugment and TrivialAugmentWide choose from, with one magnitude each, as torchvision defines them. */
import type { Image } from '../image.js';
import { type AffineParams, affineMatrix } from '../pixels/affine-matrix.js';
import {
  adjustBrightness,
  adjustContrast,
  adjustSaturation,
  adjustSharpness,
} from '../pixels/color.js';
import { autocontrast, equalize } from '../pixels/histogram.js';
import { posterize, solarize } from '../pixels/point.js';
import { rotatedSource } from '../pixels/rotate.js';
import { type WarpOptions, warpedSource } from '../pixels/warp.js';

/** Applies an operation with strength `magnitude`. */
export type AugmentOp = (image: Image, magnitude: number, options: WarpOptions) => Image;

const still: AffineParams = { angle: 0, translate: [0, 0], scale: 1, shear: [0, 0] };

/** The angle in degrees whose tangent is `slope`. */
const degrees = (slope: number) => (Math.atan(slope) * 180) / Math.PI;

function affine(image: Image, change: Partial<AffineParams>, options: WarpOptions): Image {
  // Shears keep the upper left corner in place, shifts do not care.
  const matrix = affineMatrix({ ...still, ...change }, [0, 0]);
  return warpedSource(image, image, matrix, options).read();
}

export const augmentOps = {
  Identity: (image) => image,
  ShearX: (image, m, options) => affine(image, { shear: [degrees(m), 0] }, options),
  ShearY: (image, m, options) => affine(image, { shear: [0, degrees(m)] }, options),
  TranslateX: (image, m, options) => affine(image, { translate: [Math.trunc(m), 0] }, options),
  TranslateY: (image, m, options) => affine(image, { translate: [0, Math.trunc(m)] }, options),
  Rotate: (image, m, options) =>
    rotatedSource(image, m, { ...options, expand: false, center: null }).read(),
  Brightness: (image, m) => adjustBrightness(image, 1 + m),
  Color: (image, m) => adjustSaturation(image, 1 + m),
  Contrast: (image, m) => adjustContrast(image, 1 + m),
  Sharpness: (image, m) => adjustSharpness(image, 1 + m),
  Posterize: (image, m) => posterize(image, Math.trunc(m)),
  Solarize: (image, m) => solarize(image, m),
  AutoContrast: (image) => autocontrast(image),
  Equalize: (image) => equalize(image),
} as const satisfies Record<string, AugmentOp>;

export type AugmentName = keyof typeof augmentOps;
export const augmentNames = Object.keys(augmentOps) as readonly AugmentName[];

/** The strengths of an operation: evenly spaced ones (null: it has none), and whether half of them are negated. */
export interface Magnitudes {
  readonly values: readonly number[] | null;
  readonly signed: boolean;
}

/** Evenly spaced strengths from `start` to `end`, of either sign where `signed`. */
export function evenly(bins: number, start: number, end: number, signed: boolean): Magnitudes {
  const step = (end - start) / Math.max(1, bins - 1);
  return { values: Array.from({ length: bins }, (_, i) => Math.fround(start + step * i)), signed };
}

/** Bits kept by `Posterize`: from 8 down by `range`. */
export function posterizeBits(bins: number, range: number): Magnitudes {
  const step = Math.max(1, bins - 1) / range;
  return {
    values: Array.from({ length: bins }, (_, i) => 8 - roundHalfEven(i / step)),
    signed: false,
  };
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below + (below % 2);
}

/** For operations without a strength. */
export const noMagnitude: Magnitudes = { values: null, signed: false };

/** An operation and its strength, drawn. */
export interface AugmentChoice {
  readonly op: AugmentName;
  readonly magnitude: number;
}

/** Applies what was drawn. */
export function augment(
  image: Image,
  { op, magnitude }: AugmentChoice,
  options: WarpOptions,
): Image {
  return augmentOps[op](image, magnitude, options);
}
