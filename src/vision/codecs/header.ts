/**
 * What an image file says of itself before its pixels: format, size, colours, EXIF orientation. Nothing is decoded, so it is safe
 * and quick on any file; limits are checked against it before a decoder sees the bytes.
 */
import { ByteView } from './byte-view.js';
import { CodecError } from './codec-error.js';
import { type ImageFormat, imageFormats, sniffFormat } from './formats.js';
import type { PictureFacts } from './image-header.js';

export interface ImageHeader extends PictureFacts {
  readonly format: ImageFormat;
}

/** The header of an image file; null where it is of another format, cut off or damaged. */
export function readImageHeader(bytes: Uint8Array): ImageHeader | null {
  const format = sniffFormat(bytes);
  if (format === null) return null;
  try {
    const facts = imageFormats[format].read(new ByteView(bytes));
    return facts === null || facts.width < 1 || facts.height < 1 ? null : { ...facts, format };
  } catch (error) {
    if (error instanceof CodecError) return null; // The header is longer than the file.
    throw error;
  }
}
