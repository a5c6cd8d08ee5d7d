import { ShapeError } from '../core/errors.js';
import { type Bytes, plainBytes } from '../core/plain-bytes.js';
import type { NdArray } from '../graph/op.js';

/** Height and width of a picture, in pixels. */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/** Grey (1) or red, green, blue (3). */
export type Channels = 1 | 3;

/**
 * A picture of bytes: `[height, width, channels]`, row-major, 0–255, grey or RGB. Codecs make it, transforms take one and
 * return another; the pixels of an image that was given to somebody are never changed.
 */
export class Image implements ImageSize {
  readonly data: Uint8Array;

  /** @param data The bytes, which are not copied; a Buffer or what a canvas gives is seen as plain bytes. @default all 0 */
  constructor(
    readonly height: number,
    readonly width: number,
    readonly channels: Channels,
    data?: Bytes,
  ) {
    if (!(Number.isInteger(height) && Number.isInteger(width) && height > 0 && width > 0))
      throw new ShapeError('Image', `${height}×${width}: both sides must be whole numbers ≥ 1`);
    if (channels !== 1 && channels !== 3)
      throw new ShapeError('Image', `${channels} channels, 1 (grey) or 3 (RGB) are required`);
    const length = height * width * channels;
    this.data = data === undefined ? newBytes(length) : plainBytes('Image', data);
    if (this.data.length !== length)
      throw new ShapeError(
        'Image',
        `${this.data.length} bytes, ${height}×${width}×${channels} = ${length} are required`,
      );
  }

  toString(): string {
    return `Image(${this.height}×${this.width} ${this.channels === 1 ? 'grey' : 'RGB'})`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

function newBytes(length: number): Uint8Array {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    throw new ShapeError('Image', `${length} bytes, which no memory holds`, { cause });
  }
}

/** A picture as networks take it: float32 planes `[C, H, W]`, what `ToTensor` makes of an `Image`. */
export interface FloatImage extends NdArray {
  readonly shape: readonly [channels: number, height: number, width: number];
  readonly dtype: 'float32';
  readonly data: Float32Array;
}

/** A `FloatImage` of `[channels, height, width]` over `data`. */
export function floatImage(
  channels: number,
  height: number,
  width: number,
  data: Float32Array = new Float32Array(channels * height * width),
): FloatImage {
  return { shape: [channels, height, width], dtype: 'float32', data };
}
