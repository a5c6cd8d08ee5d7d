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

/** The first chunk of a PNG, and the one with EXIF data, which may stand anywhere: https://www.w3.org/TR/png-3/ */
export function readPngHeader(view: ByteView): PictureFacts | null {
  const mode = modes[view.u8(25)];
  if (view.text(12, 4) !== 'IHDR' || mode === undefined) return null;
  return {
    width: view.u32(16),
    height: view.u32(20),
    bits: view.u8(24),
    mode,
    orientation: orientationOf(view),
  };
}

function orientationOf(view: ByteView): number {
  try {
    for (let at = 33; ; ) {
      const length = view.u32(at);
      if (view.text(at + 4, 4) === 'eXIf')
        return exifOrientation(view.part(at + 8, at + 8 + length)) ?? 1;
      at += 12 + length;
    }
  } catch (error) {
    if (error instanceof CodecError) return 1; // the file has ended
    throw error;
  }
}
