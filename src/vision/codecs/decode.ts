import { DataError, ValueError } from '../../core/errors.js';
import { optionReader } from '../../core/options.js';
import { show } from '../../core/outside-text.js';
import { type Bytes, plainBytes } from '../../core/plain-bytes.js';
import { readRegularFileSync } from '../../core/regular-file.js';
import type { Image, ImageSize } from '../image.js';
import { grayscale } from '../pixels/grayscale.js';
import { requireOneOf } from '../transforms/arguments.js';
import { maxPixels as defaultMaxPixels } from '../transforms/limits.js';
import { decodeBmp } from './bmp.js';
import { ByteView } from './byte-view.js';
import { CodecError, UnsupportedError } from './codec-error.js';
import { formatOfName, imageFormats, sniffFormat } from './formats.js';
import { type ImageHeader, readImageHeader } from './header.js';
import { decodePnm } from './pnm.js';
import { decodeWithSharp, TooManyPixels } from './sharp.js';
import { decodeSmallPng } from './small-png.js';

export interface DecodeOptions {
  /** `rgb` gives 3 channels, `grey` one (luma, as Pillow's mode L). @default 'rgb' */
  readonly mode?: 'rgb' | 'grey';
  /** The most pixels that a picture may have. @default 50000000 */
  readonly maxPixels?: number;
  /**
   * The size that the picture will be resized to next. A JPEG at least four times as large on both sides is then decoded at ½, ¼ or
   * ⅛, which takes less time and memory; after the resize, photographs differ by 0.1 of 255 on average, 5 at worst. null decodes in
   * full. @default null
   */
  readonly shrinkTo?: ImageSize | null;
  /** What errors call the picture when it is given as bytes. @default 'image' */
  readonly path?: string;
}

const readOptions = optionReader<DecodeOptions>('decode', {
  mode: true,
  maxPixels: true,
  shrinkTo: true,
  path: true,
});

/** The most bytes that a picture's file may have: above that it holds no picture within any sensible `maxPixels`. */
export const maxFileBytes = 2 ** 29;

/**
 * Reads a JPEG, PNG, WebP, GIF (first frame), BMP, TIFF (first page), AVIF, or a portable bitmap (PPM, PGM, PBM) from a path or from
 * bytes, and HEIC where the installed sharp does: 8 bits a channel, turned upright by its EXIF orientation, alpha dropped (not
 * blended), profiles ignored. The format is told by the first bytes, not by the name.
 *
 * @throws DataError naming the file when it is missing, no regular file, damaged, too large or no image.
 */
export async function decode(
  source: string | Bytes,
  ...given: [options?: DecodeOptions]
): Promise<Image> {
  const {
    mode = 'rgb',
    maxPixels = defaultMaxPixels,
    shrinkTo = null,
    path = 'image',
  } = readOptions(given);
  requireOneOf('decode', 'mode', mode, ['rgb', 'grey']);
  if (!(maxPixels >= 1))
    throw new ValueError('decode', `maxPixels=${show(maxPixels)} must be a number ≥ 1`);
  const name = typeof source === 'string' ? source : path;
  const bytes =
    typeof source === 'string'
      ? readRegularFileSync(source, maxFileBytes)
      : plainBytes('decode', source);
  const header = checkedHeader(name, bytes);
  requirePixels(name, header, maxPixels);
  try {
    // Only sharp is waited for.
    const image =
      decodeHere(bytes, header) ??
      (await decodeWithSharp(bytes, header, maxPixels, shrunk(header, shrinkTo)));
    return inMode(image, mode);
  } catch (cause) {
    throw toldDamage(name, header, maxPixels, cause);
  }
}

/** A picture with the channels of `mode`. */
export function inMode(image: Image, mode: 'rgb' | 'grey'): Image {
  const channels = mode === 'grey' ? 1 : 3;
  return image.channels === channels ? image : grayscale(image, channels);
}

const remedy = "remove it or pass { onError: 'skip' }";

function checkedHeader(path: string, bytes: Uint8Array): ImageHeader {
  if (bytes.length === 0) throw new DataError(path, `is empty; ${remedy}`);
  const header = readImageHeader(bytes);
  if (header !== null) return header;
  const format = sniffFormat(bytes);
  if (format !== null)
    throw new DataError(path, `${imageFormats[format].name} header cut off or damaged; ${remedy}`);
  const expected = formatOfName(path);
  const what = expected === null ? 'picture of a format that is read' : imageFormats[expected].name;
  const start = Array.from(bytes.subarray(0, 4), (b) => b.toString(16).padStart(2, '0'));
  throw new DataError(path, `not a ${what} (starts with ${start.join(' ')}); ${remedy}`);
}

function requirePixels(path: string, { width, height }: ImageSize, maxPixels: number): void {
  if (width * height <= maxPixels) return;
  throw new DataError(
    path,
    `${width}×${height} = ${width * height} pixels, at most ${maxPixels} are allowed; ` +
      "make it smaller, raise maxPixels or pass { onError: 'skip' }",
  );
}

/** The pixels of a picture that needs no sharp; null of one that does. @throws CodecError */
function decodeHere(bytes: Uint8Array, header: ImageHeader): Image | null {
  switch (header.format) {
    case 'bmp':
      return decodeBmp(new ByteView(bytes));
    case 'pnm':
      return decodePnm(new ByteView(bytes));
    case 'png':
      return decodeSmallPng(bytes, header);
    default:
      return null;
  }
}

/** What a decoder complains of, as a DataError; what is no complaint of a decoder's stays what it is. */
function toldDamage(
  path: string,
  { format }: ImageHeader,
  maxPixels: number,
  cause: unknown,
): unknown {
  if (!(cause instanceof CodecError)) return cause;
  if (cause instanceof TooManyPixels) requirePixels(path, cause.size, maxPixels);
  const what = imageFormats[format].name;
  if (format === 'heic')
    return new DataError(path, `a ${what}, which is not read here; convert it to JPEG`, { cause });
  if (cause instanceof UnsupportedError)
    return new DataError(path, `a ${what} with ${cause.message}, which is not read; ${remedy}`, {
      cause,
    });
  return new DataError(path, `damaged ${what} (${cause.message}); ${remedy}`, { cause });
}

/** The size of a JPEG decoded at ½, ¼ or ⅛ that is still twice as large as `target` on both sides; null where none is. */
function shrunk(header: ImageHeader, target: ImageSize | null): ImageSize | null {
  if (header.format !== 'jpeg' || target === null) return null;
  const swap = header.orientation >= 5;
  const [height, width] = swap ? [target.width, target.height] : [target.height, target.width];
  for (const factor of [8, 4, 2]) {
    const size = {
      height: Math.ceil(header.height / factor),
      width: Math.ceil(header.width / factor),
    };
    if (size.height >= 2 * height && size.width >= 2 * width) return size;
  }
  return null;
}
