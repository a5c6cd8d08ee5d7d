/**
 * What a transform is. It takes a value and a random generator and returns a new value; the numbers it draws depend only
 * on the generator, so the same (seed, epoch, index) gives the same picture on any thread. Drawing numbers and moving
 * pixels are separate: `draw…` methods return plain parameters, the functions in `pixels/` are pure.
 */
import { callable } from '../../core/callable.js';
import { ValueError } from '../../core/errors.js';
import type { Rng } from '../../core/rng.js';
import { defaultGenerator } from '../../tensor/generator.js';
import { type FloatImage, Image, type ImageSize } from '../image.js';
import { newBytes, type TakeBytes } from '../pixels/byte-room.js';
import { type Gather, gatherPixels, gatherSize } from '../pixels/gather.js';
import type { PlaneTable } from '../pixels/planes.js';
import type { PixelSource } from '../pixels/source.js';
import { requirePixels } from './limits.js';

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
  readonly takes?: PictureKind | undefined;

  /** What it gives; the kind it was given when absent. */
  readonly gives?: PictureKind | 'unknown' | undefined;

  /**
   * Numbers come from `rng`; wick's own transforms draw them from the generator that `manualSeed` seeds where none is given.
   * `place` is memory for the result, where that is as many float32 numbers; whoever does not use it returns its own.
   */
  apply(value: I, rng?: Rng, place?: Float32Array): O;

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

  /** The least that both sides of a picture of any size have after it, where it resizes smoothly before anything else. */
  readonly firstSize?: ImageSize | null;

  /** It makes float planes by looking bytes up: the table for so many channels. */
  planeTable?(channels: number): PlaneTable;

  /** It changes each number by its value and channel alone: what becomes of the table. */
  mapTable?(table: PlaneTable): PlaneTable;
}

/** Any transform, where values of unknown type pass through a list of them. */
export type AnyTransform = Transform<never, unknown>;

/** How a transform is called, as torchvision's are: `transform(picture)`. */
export type TransformCall<I, O> = (value: I, rng?: Rng, place?: Float32Array) => O;

const TransformFunction = callable('apply') as abstract new <I, O>() => TransformCall<I, O>;

/** What wick's own transforms have in common: they are functions, find their own generator, and print as torchvision's do. */
export abstract class TransformBase<I, O>
  extends TransformFunction<I, O>
  implements Transform<I, O>
{
  constructor(
    readonly takes?: PictureKind,
    readonly gives?: PictureKind | 'unknown',
  ) {
    super();
  }

  /** Does the work, with numbers from `rng`. */
  protected abstract run(value: I, rng: Rng, place?: Float32Array): O;
  abstract toJSON(): TransformJson;
  abstract override toString(): string;

  /**
   * @param rng Where random numbers come from. @default the generator that `manualSeed` seeds
   * @throws ValueError when given a picture of the other kind
   */
  override apply(value: I, rng: Rng = defaultGenerator.rng(), place?: Float32Array): O {
    if (this.takes !== undefined) requireKind(this.constructor.name, value, this.takes);
    return this.run(value, rng, place);
  }

  /** `console.log` prints it as `String` does. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** Throws unless `value` is of the kind; `subject` is the transform that takes it. */
export function requireKind(subject: string, value: unknown, kind: PictureKind): void {
  if (kind === 'image') {
    if (value instanceof Image) return;
    throw new ValueError(
      subject,
      `given ${describe(value)}, an Image is required (codecs.decode makes one); ToTensor comes after it`,
    );
  }
  if (isPlanes(value)) return;
  throw new ValueError(
    subject,
    `given ${describe(value)}, float32 planes [C, H, W] are required; put ToTensor before it`,
  );
}

function isPlanes(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('shape' in value)) return false;
  return Array.isArray(value.shape) && value.shape.length === 3 && 'data' in value;
}

function describe(value: unknown): string {
  if (value instanceof Image) return 'an Image';
  if (value === null || typeof value !== 'object')
    return value === null ? 'null' : `a ${typeof value}`;
  if ('shape' in value && Array.isArray(value.shape)) return `an array [${value.shape.join(', ')}]`;
  return `a ${value.constructor?.name ?? 'thing'}`;
}

/** A transform from image to image that only picks pixels: crop, pad, flip. */
export abstract class GatherTransform extends TransformBase<Image, Image> {
  constructor() {
    super('image', 'image');
  }

  abstract gather(size: ImageSize, rng: Rng): Gather | null;

  protected run(image: Image, rng: Rng): Image {
    const gather = this.gather(image, rng);
    if (gather === null) return image;
    requirePixels(this.constructor.name, image, gatherSize(gather));
    return gatherPixels(image, gather);
  }
}

/** A transform from image to image that resamples: resize, rotation, shear, perspective. */
export abstract class SourceTransform extends TransformBase<Image, Image> {
  constructor() {
    super('image', 'image');
  }

  abstract source(image: Image, rng: Rng): PixelSource;

  protected run(image: Image, rng: Rng): Image {
    const source = this.source(image, rng);
    requirePixels(this.constructor.name, image, source);
    return source.read();
  }
}

/** A transform from image to image that computes new colours. */
export abstract class ColorTransform extends TransformBase<Image, Image> {
  constructor() {
    super('image', 'image');
  }
}

/** A transform from image to image in which a pixel's colour depends on that pixel, and on means of all of them. */
export abstract class PointTransform extends ColorTransform {
  abstract recolor(image: Image, rng: Rng, take: TakeBytes): Image;

  protected run(image: Image, rng: Rng): Image {
    return this.recolor(image, rng, newBytes);
  }
}

/** A transform of float planes. */
export abstract class TensorTransform extends TransformBase<FloatImage, FloatImage> {
  constructor() {
    super('tensor', 'tensor');
  }
}
