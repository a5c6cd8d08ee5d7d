import { readRegularFile } from '../../core/regular-file.js';
import { maxFileBytes } from './decode.js';
import { formatOfName, imageFormats } from './formats.js';
import { type ImageHeader, readImageHeader } from './header.js';
import { sharpReads } from './sharp.js';

/** Whether the file's name ends like that of an image that can be read on every installation. */
export function isImageFile(path: string): boolean {
  const format = formatOfName(path);
  return format !== null && format !== 'heic';
}

/** The same for this installation: some have a sharp that reads HEIC too, whose patents keep it out of others. */
export async function isReadableHere(path: string): Promise<boolean> {
  if (formatOfName(path) !== 'heic') return isImageFile(path);
  return await sharpReads(imageFormats.heic.endings);
}

/** The header of the image in a file; null where there is none. */
export async function readHeaderOf(path: string): Promise<ImageHeader | null> {
  return await readRegularFile(path, maxFileBytes).then(readImageHeader, () => null);
}
