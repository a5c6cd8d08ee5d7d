import type { ByteView } from '../byte-view.js';
import type { ColorMode, PictureFacts } from '../image-header.js';
import { tiffDirectory } from '../tiff-directory.js';

const WIDTH = 256;
const HEIGHT = 257;
const BITS = 258;
const PHOTOMETRIC = 262;
const ORIENTATION = 274;
const SAMPLES = 277;

/** The first picture of a TIFF. */
export function readTiffHeader(view: ByteView): PictureFacts | null {
  const tags = tiffDirectory(view);
  const width = tags?.(WIDTH) ?? null;
  const height = tags?.(HEIGHT) ?? null;
  if (tags === null || width === null || height === null) return null;
  const orientation = tags(ORIENTATION) ?? 1;
  return {
    width,
    height,
    bits: tags(BITS) ?? 1,
    mode: modeOf(tags(PHOTOMETRIC) ?? 0, tags(SAMPLES) ?? 1),
    orientation: orientation >= 1 && orientation <= 8 ? orientation : 1,
  };
}

/** By the photometric interpretation: 0 and 1 are grey, 3 is a palette, 5 separates inks, all others become RGB. */
function modeOf(photometric: number, samples: number): ColorMode {
  if (photometric <= 1) return samples > 1 ? 'grey+alpha' : 'grey';
  if (photometric === 3) return 'palette';
  if (photometric === 5) return 'cmyk';
  return samples > 3 ? 'rgb+alpha' : 'rgb';
}
