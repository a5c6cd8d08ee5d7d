import type { ByteView } from '../byte-view.js';
import { CodecError } from '../codec-error.js';
import { exifOrientation } from '../exif.js';
import type { ColorMode, PictureFacts } from '../image-header.js';

const modes: Readonly<Record<number, ColorMode>> = {
  0: 'grey',
  2: 'rgb',
  3: 'palette',
  4: 'grey+alpha',
  6: 'rgb+alpha',
};

/** Names of chunks, as numbers. */
const IHDR = 0x49484452;
const eXIf = 0x65584966;

/** The first chunk of a PNG, and the one with EXIF data, which may stand anywhere: https://www.w3.org/TR/png-3/ */
export function readPngHeader(view: ByteView): PictureFacts | null {
  const mode = modes[view.u8(25)];
  if (view.u32(12) !== IHDR || mode === undefined) return null;
  return {
    width: view.u32(16),
    height: view.u32(20),
    bits: view.u8(24),
    mode,
    orientation: orientationOf(view),
  };
}

function orientationOf(view: ByteView): number {
  for (let at = 33; at + 12 <= view.length; at += 12 + view.u32(at))
    if (view.u32(at + 4) === eXIf) return orientationIn(view.part(at + 8, at + 8 + view.u32(at)));
  return 1;
}

function orientationIn(exif: ByteView): number {
  try {
    return exifOrientation(exif) ?? 1;
  } catch (error) {
    if (error instanceof CodecError) return 1; // they are cut off
    throw error;
  }
}
