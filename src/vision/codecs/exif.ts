import type { ByteView } from './byte-view.js';
import { CodecError } from './codec-error.js';
import { tiffDirectory } from './tiff-directory.js';

const ORIENTATION = 0x0112;

/** The orientation (1–8) in EXIF data, with or without `Exif` before it; null where there is none. */
export function exifOrientation(data: ByteView): number | null {
  try {
    const named = data.length >= 6 && data.text(0, 4) === 'Exif';
    const value = tiffDirectory(named ? data.part(6) : data)?.(ORIENTATION) ?? null;
    return value !== null && value >= 1 && value <= 8 ? value : null;
  } catch (error) {
    if (error instanceof CodecError) return null; // what is said besides the picture may be damaged
    throw error;
  }
}
