/** Pictures as a browser has them → `Image`, in 8 bits a channel: upright, colours as stored, alpha dropped, as in Node. */
import { DataError, reasonOf, ValueError } from '../core/errors.js';
import { Image, type ImageSize } from '../vision/image.js';
import { grayscale } from '../vision/pixels/grayscale.js';
import { maxPixels } from '../vision/transforms/limits.js';
import { straightPixels } from './straight-pixels.js';

/** What `ImageData` has: four bytes a pixel, row by row. */
export interface PixelData extends ImageSize {
  readonly data: Uint8ClampedArray;
}

/** What a canvas can draw: an `ImageBitmap`, `<img>`, `<canvas>`, `OffscreenCanvas`, `<video>`, `VideoFrame`. */
export type Drawable = object;

/** A picture in a page: a file (`Blob`), pixels (`ImageData`), wick's own `Image`, or what a canvas can draw. */
export type PagePicture = Blob | PixelData | Image | Drawable;

// The part of the browser's interface that is used here.
interface Bitmap extends ImageSize {
  close(): void;
}
interface Context {
  globalCompositeOperation: 'copy';
  drawImage(source: Bitmap, x: number, y: number): void;
  getImageData(x: number, y: number, width: number, height: number): PixelData;
}
interface Canvas {
  getContext(kind: '2d', options: object): Context | null;
}
declare function createImageBitmap(source: object, options: object): Promise<Bitmap>;
declare const OffscreenCanvas: (new (width: number, height: number) => Canvas) | undefined;
declare const document: {
  createElement(name: 'canvas'): Canvas & { width: number; height: number };
};

/** Colours as they are stored: no profile, no multiplication by alpha. */
const asStored = { premultiplyAlpha: 'none', colorSpaceConversion: 'none' };

/** The pixels of a picture, in colour or in grey. @throws DataError when the browser cannot read it */
export async function imageOf(picture: PagePicture, mode: 'rgb' | 'grey'): Promise<Image> {
  const image = picture instanceof Image ? picture : withoutAlpha(await pixelsOf(picture));
  const channels = mode === 'grey' ? 1 : 3;
  return image.channels === channels ? image : grayscale(image, channels);
}

async function pixelsOf(picture: object): Promise<PixelData> {
  if (typeof picture !== 'object' || picture === null)
    throw new ValueError('picture', `given ${typeof picture}, ${accepted}`);
  if (isPixelData(picture)) return picture;
  if ('decode' in picture && typeof picture.decode === 'function')
    await Promise.resolve(picture.decode()).catch(unreadable); // an <img> may not have loaded yet
  const bitmap = await createImageBitmap(picture, asStored).catch((cause: unknown) => {
    throw cause instanceof TypeError
      ? new ValueError('picture', `given ${tagOf(picture)}, ${accepted}`, { cause })
      : unreadableError(cause);
  });
  try {
    return pixelsOfBitmap(bitmap);
  } finally {
    bitmap.close();
  }
}

const accepted = 'a File, Blob, ImageData, ImageBitmap, <img>, <canvas> or <video> is required';

function unreadable(cause: unknown): never {
  throw unreadableError(cause);
}

function unreadableError(cause: unknown): DataError {
  return new DataError('picture', `the browser cannot read it (${reasonOf(cause)})`, { cause });
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

function isPixelData(picture: object): picture is PixelData {
  return (
    'data' in picture &&
    picture.data instanceof Uint8ClampedArray &&
    'width' in picture &&
    'height' in picture
  );
}

function pixelsOfBitmap(bitmap: Bitmap): PixelData {
  const { width, height } = bitmap;
  if (width * height > maxPixels)
    throw new DataError(
      'picture',
      `${width}×${height} = ${width * height} pixels, at most ${maxPixels} are allowed`,
    );
  const context = canvasOf(width, height).getContext('2d', {
    willReadFrequently: true,
    colorSpace: 'srgb',
  });
  if (context === null) throw new DataError('picture', 'the browser has no canvas to read it by');
  context.globalCompositeOperation = 'copy';
  context.drawImage(bitmap, 0, 0);
  const pixels = context.getImageData(0, 0, width, height);
  const straight = isOpaque(pixels.data) ? null : straightPixels(bitmap);
  return straight === null ? pixels : { width, height, data: straight };
}

function isOpaque(rgba: Uint8ClampedArray): boolean {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] !== 255) return false;
  return true;
}

function canvasOf(width: number, height: number): Canvas {
  if (typeof OffscreenCanvas !== 'undefined') return new OffscreenCanvas(width, height);
  return Object.assign(document.createElement('canvas'), { width, height });
}

/** RGBA → RGB. */
function withoutAlpha({ width, height, data }: PixelData): Image {
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = data[from] as number;
    rgb[to + 1] = data[from + 1] as number;
    rgb[to + 2] = data[from + 2] as number;
  }
  return new Image(height, width, 3, rgb);
}
