import type { ByteView } from '../byte-view.js';
import { CodecError } from '../codec-error.js';
import { exifOrientation } from '../exif.js';
import type { ColorMode, PictureFacts } from '../image-header.js';

const modes: Readonly<Record<number, ColorMode>> = { 1: 'grey', 3: 'rgb', 4: 'cmyk' };

/** The frame and the orientation that a JPEG's segments tell, whichever comes first. */
export function readJpegHeader(view: ByteView): PictureFacts | null {
  let frame: Omit<PictureFacts, 'orientation'> | null = null;
  let orientation: number | null = null;
  try {
    for (const { marker, content } of segments(view)) {
      if (isFrame(marker)) frame ??= readFrame(content);
      if (marker === 0xe1) orientation ??= exifOrientation(content);
    }
  } catch (error) {
    if (!(error instanceof CodecError) || frame === null) throw error;
  }
  return frame === null ? null : { ...frame, orientation: orientation ?? 1 };
}

/**
 * The segments up to the pixels: https://www.w3.org/Graphics/JPEG/itu-t81.pdf, B.1. As libjpeg does, bytes between segments are
 * passed over, and so are markers without a length (TEM, RST) wherever they stand.
 */
function* segments(view: ByteView): Generator<{ marker: number; content: ByteView }> {
  for (let at = 2; ; ) {
    at = markerFrom(view, at);
    const marker = view.u8(at - 1);
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) continue;
    if (marker >= 0xd8 && marker <= 0xda) return; // another start, the end, or pixels
    const length = view.u16(at);
    if (length < 2) return;
    yield { marker, content: view.part(at + 2, at + length) };
    at += length;
  }
}

/** Where the next marker ends: after 0xFF, of which there may be several, and a byte that is not 0. */
function markerFrom(view: ByteView, start: number): number {
  for (let at = start; ; at++) {
    if (view.u8(at) !== 0xff) continue;
    while (view.u8(at) === 0xff) at++;
    if (view.u8(at) !== 0) return at + 1;
  }
}

/** Start of frame: C0 to CF but for DHT (C4), JPG (C8) and DAC (CC). */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && (marker === 0xc0 || marker % 4 !== 0);
}

function readFrame(content: ByteView): Omit<PictureFacts, 'orientation'> | null {
  const mode = modes[content.u8(5)];
  if (mode === undefined) return null;
  return { bits: content.u8(0), height: content.u16(1), width: content.u16(3), mode };
}
