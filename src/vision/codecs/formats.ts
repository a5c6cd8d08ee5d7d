/** The formats that are read: what they are called, how their files begin and end, and what reads their headers. */
import { extname } from 'node:path';
import { magic } from '../../core/magic.js';
import type { ByteView } from './byte-view.js';
import { readBmpHeader } from './headers/bmp.js';
import { readGifHeader } from './headers/gif.js';
import { heifBrand, readHeifHeader } from './headers/heif.js';
import { readJpegHeader } from './headers/jpeg.js';
import { readPngHeader } from './headers/png.js';
import { readPnmHeader } from './headers/pnm.js';
import { readTiffHeader } from './headers/tiff.js';
import { readWebpHeader } from './headers/webp.js';
import type { PictureFacts } from './image-header.js';

export type ImageFormat =
  | 'jpeg'
  | 'png'
  | 'webp'
  | 'gif'
  | 'bmp'
  | 'tiff'
  | 'avif'
  | 'heic'
  | 'pnm';

interface Format {
  readonly name: string;
  /** Endings of file names, with the point. */
  readonly endings: readonly string[];
  /** Whether a file of it begins with these bytes. */
  begins(bytes: Uint8Array): boolean;
  /** Reads the header, or returns null where it is damaged. @throws CodecError where it is cut off */
  read(view: ByteView): PictureFacts | null;
}

const tiffs = ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].map(magic);

export const imageFormats: Readonly<Record<ImageFormat, Format>> = {
  jpeg: {
    name: 'JPEG',
    endings: ['.jpg', '.jpeg', '.jpe', '.jfif'],
    begins: magic('\xff\xd8\xff'),
    read: readJpegHeader,
  },
  png: {
    name: 'PNG',
    endings: ['.png'],
    begins: magic('\x89PNG\r\n\x1a\n'),
    read: readPngHeader,
  },
  webp: { name: 'WebP', endings: ['.webp'], begins: magic('RIFF????WEBP'), read: readWebpHeader },
  gif: { name: 'GIF', endings: ['.gif'], begins: magic('GIF8'), read: readGifHeader },
  bmp: { name: 'BMP', endings: ['.bmp'], begins: magic('BM'), read: readBmpHeader },
  tiff: {
    name: 'TIFF',
    endings: ['.tif', '.tiff'],
    begins: (bytes) => tiffs.some((begins) => begins(bytes)),
    read: readTiffHeader,
  },
  avif: {
    name: 'AVIF',
    endings: ['.avif'],
    begins: (bytes) => heifBrand(bytes) === 'avif',
    read: readHeifHeader,
  },
  heic: {
    name: 'HEIC',
    endings: ['.heic', '.heif', '.hif'],
    begins: (bytes) => heifBrand(bytes) === 'heic',
    read: readHeifHeader,
  },
  pnm: {
    name: 'PNM',
    endings: ['.ppm', '.pgm', '.pbm', '.pnm'],
    begins: (bytes) => /^P[1-6][\s#]/.test(String.fromCharCode(...bytes.subarray(0, 3))),
    read: readPnmHeader,
  },
};

const names = Object.keys(imageFormats) as readonly ImageFormat[]; // as declared

/** The format that the first bytes name, whatever the file is called. */
export function sniffFormat(bytes: Uint8Array): ImageFormat | null {
  return names.find((name) => imageFormats[name].begins(bytes)) ?? null;
}

/** The format that the ending of a file's name stands for. */
export function formatOfName(path: string): ImageFormat | null {
  const ending = extname(path).toLowerCase();
  return names.find((name) => imageFormats[name].endings.includes(ending)) ?? null;
}
