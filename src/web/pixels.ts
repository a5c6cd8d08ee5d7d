/** Pictures as a browser has them → `Image`, in 8 bits a channel: upright, colours as stored, alpha dropped, as in Node. */
import { DataError } from '../core/errors.js';
import { Image } from '../vision/image.js';
import { grayscale } from '../vision/pixels/grayscale.js';
import { maxPixels } from '../vision/transforms/limits.js';
import { type Bitmap, bitmapOf, isPixelData, type PagePicture, type PixelData } from './bitmap.js';
import { straightPixels } from './straight-pixels.js';

// The part of the browser's interface that is used here.
interface Context {
  globalCompositeOperation: 'copy';
  drawImage(source: Bitmap, x: number, y: number): void;
  getImageData(x: number, y: number, width: number, height: number): PixelData;
}
interface Canvas {
  getContext(kind: '2d', options: object): Context | null;
}
declare const OffscreenCanvas: (new (width: number, height: number) => Canvas) | undefined;
declare const document: {
  createElement(name: 'canvas'): Canvas & { width: number; height: number };
};

/** The pixels of a picture, in colour or in grey. @throws DataError by its `name` when the browser cannot read it */
export async function imageOf(
  picture: PagePicture,
  mode: 'rgb' | 'grey',
  name: string,
): Promise<Image> {
  const image = picture instanceof Image ? picture : withoutAlpha(await pixelsOf(picture, name));
  const channels = mode === 'grey' ? 1 : 3;
  return image.channels === channels ? image : grayscale(image, channels);
}

async function pixelsOf(picture: PagePicture, name: string): Promise<PixelData> {
  if (isPixelData(picture)) return picture;
  const bitmap = await bitmapOf(picture, name);
  try {
    return pixelsOfBitmap(bitmap, name);
  } finally {
    bitmap.close();
  }
}

function pixelsOfBitmap(bitmap: Bitmap, name: string): PixelData {
  const { width, height } = bitmap;
  if (width * height > maxPixels)
    throw new DataError(
      name,
      `${width}×${height} = ${width * height} pixels, at most ${maxPixels} are allowed`,
    );
  const context = canvasOf(width, height).getContext('2d', {
    willReadFrequently: true,
    colorSpace: 'srgb',
  });
  if (context === null) throw new DataError(name, 'the browser has no canvas to read it by');
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
