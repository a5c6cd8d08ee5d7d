/** Pictures as a browser has them. */
import { DataError, reasonOf, ValueError } from '../core/errors.js';
import type { Image, ImageSize } from '../vision/image.js';

/** What `ImageData` has: four bytes a pixel, row by row. */
export interface PixelData extends ImageSize {
  readonly data: Uint8ClampedArray;
}

/** What a canvas can draw: an `ImageBitmap`, `<img>`, `<canvas>`, `OffscreenCanvas`, `<video>`, `VideoFrame`. */
export type Drawable = object;

/** A picture in a page: a file (`Blob`), pixels (`ImageData`), wick's own `Image`, or what a canvas can draw. */
export type PagePicture = Blob | PixelData | Image | Drawable;

/** An `ImageBitmap`. */
export interface Bitmap extends ImageSize {
  close(): void;
}

// The part of the browser's interface that is used here.
declare function createImageBitmap(source: object, options: object): Promise<Bitmap>;

/** Colours as they are stored: no profile, no multiplication by alpha. */
const asStored = { premultiplyAlpha: 'none', colorSpaceConversion: 'none' };

export function isPixelData(picture: unknown): picture is PixelData {
  return (
    typeof picture === 'object' &&
    picture !== null &&
    'data' in picture &&
    picture.data instanceof Uint8ClampedArray &&
    'width' in picture &&
    'height' in picture
  );
}

/** What a file is called; undefined for what has no name. */
export function nameOf(picture: PagePicture): string | undefined {
  const name = picture instanceof Blob && 'name' in picture ? picture.name : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** The picture decoded, upright. @throws DataError by its `name` when the browser cannot read it, ValueError when it is no picture */
export async function bitmapOf(picture: PagePicture, name = 'picture'): Promise<Bitmap> {
  const unreadable = (cause: unknown): never => {
    throw new DataError(name, `the browser cannot read it (${reasonOf(cause)})`, { cause });
  };
  if (typeof picture !== 'object' || picture === null) throw notOne(typeof picture);
  if ('decode' in picture && typeof picture.decode === 'function')
    await Promise.resolve(picture.decode()).catch(unreadable); // an <img> may not have loaded yet
  return await createImageBitmap(picture, asStored).catch((cause: unknown) => {
    if (cause instanceof TypeError)
      throw notOne(Object.prototype.toString.call(picture).slice(8, -1));
    return unreadable(cause);
  });
}

function notOne(given: string): ValueError {
  return new ValueError(
    'picture',
    `given ${given}, a File, Blob, ImageData, ImageBitmap, <img>, <canvas> or <video> is required`,
  );
}
