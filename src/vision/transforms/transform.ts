/**
 * What a transform is. It takes a value and a random generator and returns a new value; the numbers it draws depend only
 * on the generator, so the same (seed, epoch, index) gives the same picture on any thread. Drawing numbers and moving
 * pixels are separate: `draw…` methods return plain parameters, the functions in `pixels/` are pure.
 */
import type { Rng } from '../../core/rng.js';
import type { FloatImage, Image, ImageSize } from '../image.js';
import { newBytes, type TakeBytes } from './pixels/byte-room.js';
import { type Gather, gatherPixels } from './pixels/gather.js';
import type { PlaneTable } from './pixels/planes.js';
import type { PixelSource } from './pixels/source.js';

/** JSON data. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** A transform as model.json holds it: its name and all its options. */
export interface TransformJson {
  readonly name: string;
  readonly [option: string]: Json;
}

/** Bytes `[H, W, C]` (before `ToTensor`) or float planes `[C, H, W]` (after it). */
export type PictureKind = 'image' | 'tensor';

/** Turns one value into another. */
export interface Transform<I, O> {
  /** What it takes; either kind when absent. `Compose` checks the order of its steps with it. */
  readonly takes?: PictureKind;

  /** What it gives; the kind it was given when absent. */
  readonly gives?: PictureKind;

  /** `place` is memory for the result, where that is as many float32 numbers; whoever does not use it returns its own. */
  apply(value: I, rng: Rng, place?: Float32Array): O;

  /** Everything needed to make it again with `transformFromJSON`. */
  toJSON(): TransformJson;

  /** As torchvision prints it. */
  toString(): string;

  /** It only picks pixels: which ones for an image of `size`, or null for all as they are. */
  gather?(size: ImageSize, rng: Rng): Gather | null;

  /** It computes a picture that can also be read in part. `image` is lent until that is read. */
  source?(image: Image, rng: Rng): PixelSource;

  /** It computes colours, and the bytes go where `take` says; or it returns `image`, which is lent for the time of the call. */
  recolor?(image: Image, rng: Rng, take: TakeBytes): Image;

  /** It makes float planes by looking bytes up: the table for so many channels. */
  planeTable?(channels: number): PlaneTable;

  /** It changes each number by its value and channel alone: what becomes of the table. */
  mapTable?(table: PlaneTable): PlaneTable;
}

/** Any transform, where values of unknown type pass through a list of them. */
export type AnyTransform = Transform<never, unknown>;

/** A transform from image to image that only picks pixels: crop, pad, flip. */
export abstract class GatherTransform implements Transform<Image, Image> {
  readonly takes = 'image';
  readonly gives = 'image';

  abstract gather(size: ImageSize, rng: Rng): Gather | null;
  abstract toJSON(): TransformJson;
  abstract toString(): string;

  apply(image: Image, rng: Rng): Image {
    const gather = this.gather(image, rng);
    return gather === null ? image : gatherPixels(image, gather);
  }
}

/** A transform from image to image that resamples: resize, rotation, shear, perspective. */
export abstract class SourceTransform implements Transform<Image, Image> {
  readonly takes = 'image';
  readonly gives = 'image';

  abstract source(image: Image, rng: Rng): PixelSource;
  abstract toJSON(): TransformJson;
  abstract toString(): string;

  apply(image: Image, rng: Rng): Image {
    return this.source(image, rng).read();
  }
}

/** A transform from image to image that computes new colours. */
export abstract class ColorTransform implements Transform<Image, Image> {
  readonly takes = 'image';
  readonly gives = 'image';

  abstract apply(image: Image, rng: Rng): Image;
  abstract toJSON(): TransformJson;
  abstract toString(): string;
}

/** A transform from image to image in which a pixel's colour depends on that pixel, and on means of all of them. */
export abstract class PointTransform extends ColorTransform {
  abstract recolor(image: Image, rng: Rng, take: TakeBytes): Image;

  apply(image: Image, rng: Rng): Image {
    return this.recolor(image, rng, newBytes);
  }
}

/** A transform of float planes. */
export abstract class TensorTransform implements Transform<FloatImage, FloatImage> {
  readonly takes = 'tensor';
  readonly gives = 'tensor';

  abstract apply(image: FloatImage, rng: Rng): FloatImage;
  abstract toJSON(): TransformJson;
  abstract toString(): string;
}
