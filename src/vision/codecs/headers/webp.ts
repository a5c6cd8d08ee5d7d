import type { ByteView } from '../byte-view.js';
import { CodecError } from '../codec-error.js';
import { exifOrientation } from '../exif.js';
import type { PictureFacts } from '../image-header.js';

/** The three forms of WebP: https://developers.google.com/speed/webp/docs/riff_container */
export function readWebpHeader(bytes: ByteView): PictureFacts | null {
  const view = bytes.part(0, bytes.length, true);
  const rest = { bits: 8, orientation: 1 };
  switch (view.text(12, 4)) {
    case 'VP8X': {
      // Sizes − 1 in 24 bits each; flag 16 says that there is alpha.
      const mode = (view.u8(20) & 16) === 0 ? 'rgb' : 'rgb+alpha';
      const size = { width: view.u24(24) + 1, height: view.u24(27) + 1 };
      return { ...rest, ...size, mode, orientation: orientationOf(view) };
    }
    case 'VP8L': {
      // 14 bits each, then a flag for alpha.
      const word = view.u32(21);
      const mode = ((word >>> 28) & 1) === 0 ? 'rgb' : 'rgb+alpha';
      return { ...rest, width: (word & 0x3fff) + 1, height: ((word >>> 14) & 0x3fff) + 1, mode };
    }
    case 'VP8 ':
      return {
        ...rest,
        width: view.u16(26) & 0x3fff,
        height: view.u16(28) & 0x3fff,
        mode: 'rgb',
      };
    default:
      return null;
  }
}

/** Chunks have even lengths, and a name and the length before them. */
function orientationOf(view: ByteView): number {
  try {
    for (let at = 12; ; ) {
      const length = view.u32(at + 4);
      if (view.text(at, 4) === 'EXIF')
        return exifOrientation(view.part(at + 8, at + 8 + length)) ?? 1;
      at += 8 + length + (length % 2);
    }
  } catch (error) {
    if (error instanceof CodecError) return 1; // the file has ended
    throw error;
  }
}
