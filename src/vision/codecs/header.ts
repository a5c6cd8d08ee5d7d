/**
 * What an image file says of itself in its first bytes: format, size, colours, EXIF orientation. Nothing is decoded, so it is safe
 * and quick on any file; limits are checked against it before a decoder sees the bytes.
 */
import { exifOrientation } from './exif.js';

export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'bmp';

/** How colours are stored. */
export type ColorMode = 'grey' | 'grey+alpha' | 'rgb' | 'rgb+alpha' | 'palette' | 'cmyk';

export interface ImageHeader {
  readonly format: ImageFormat;
  /** As stored; an EXIF orientation of 5 to 8 swaps the sides. */
  readonly width: number;
  readonly height: number;
  readonly mode: ColorMode;
  /** Bits per channel. */
  readonly bits: number;
  /** EXIF orientation, 1 (upright) to 8. */
  readonly orientation: number;
}

interface Format {
  /** The first bytes; null stands for any. */
  readonly magic: readonly (number | null)[];
  /** Reads the header, or returns null where it is cut off or damaged. */
  read(bytes: DataView): Omit<ImageHeader, 'format'> | null;
}

const ascii = (text: string) => Array.from(text, (letter) => letter.charCodeAt(0));

const formats: Readonly<Record<ImageFormat, Format>> = {
  jpeg: { magic: [0xff, 0xd8, 0xff], read: readJpeg },
  png: { magic: [0x89, ...ascii('PNG\r\n'), 0x1a, 0x0a], read: readPng },
  webp: { magic: [...ascii('RIFF'), null, null, null, null, ...ascii('WEBP')], read: readWebp },
  gif: { magic: ascii('GIF8'), read: readGif },
  bmp: { magic: ascii('BM'), read: readBmp },
};

/** The format that the first bytes name, whatever the file is called. */
export function sniffFormat(bytes: Uint8Array): ImageFormat | null {
  for (const [name, { magic }] of Object.entries(formats))
    if (magic.every((byte, i) => byte === null || byte === bytes[i])) return name as ImageFormat;
  return null;
}

/** The header of an image file; null where it is of another format, cut off or damaged. */
export function readImageHeader(bytes: Uint8Array): ImageHeader | null {
  const format = sniffFormat(bytes);
  if (format === null) return null;
  try {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const header = formats[format].read(view);
    return header === null || header.width < 1 || header.height < 1 ? null : { format, ...header };
  } catch (error) {
    if (error instanceof RangeError) return null; // The header is longer than the file.
    throw error;
  }
}

function readPng(view: DataView): Omit<ImageHeader, 'format'> | null {
  const modes: Readonly<Record<number, ColorMode>> = {
    0: 'grey',
    2: 'rgb',
    3: 'palette',
    4: 'grey+alpha',
    6: 'rgb+alpha',
  };
  const mode = modes[view.getUint8(25)];
  if (view.getUint32(12) !== 0x49484452 || mode === undefined) return null; // IHDR
  return {
    width: view.getUint32(16),
    height: view.getUint32(20),
    bits: view.getUint8(24),
    mode,
    orientation: 1,
  };
}

function readJpeg(view: DataView): Omit<ImageHeader, 'format'> | null {
  let orientation = 1;
  for (let at = 2; ; ) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at++; // Fill bytes may stand before a marker.
      continue;
    }
    const length = view.getUint16(at + 2);
    // Start of frame: C0 to CF but for DHT (C4), JPG (C8) and DAC (CC).
    const isFrame = marker >= 0xc0 && marker <= 0xcf && (marker === 0xc0 || marker % 4 !== 0);
    if (isFrame) return frame(view, at, orientation);
    if (marker === 0xda || marker === 0xd9 || length < 2) return null;
    if (marker === 0xe1)
      orientation = exifOrientation(view, at + 4, at + 2 + length) ?? orientation;
    at += 2 + length;
  }
}

function frame(
  view: DataView,
  at: number,
  orientation: number,
): Omit<ImageHeader, 'format'> | null {
  const modes: Readonly<Record<number, ColorMode>> = { 1: 'grey', 3: 'rgb', 4: 'cmyk' };
  const mode = modes[view.getUint8(at + 9)];
  if (mode === undefined) return null;
  return {
    bits: view.getUint8(at + 4),
    height: view.getUint16(at + 5),
    width: view.getUint16(at + 7),
    mode,
    orientation,
  };
}

function readGif(view: DataView): Omit<ImageHeader, 'format'> {
  return {
    width: view.getUint16(6, true),
    height: view.getUint16(8, true),
    bits: 8,
    mode: 'palette',
    orientation: 1,
  };
}

function readWebp(view: DataView): Omit<ImageHeader, 'format'> | null {
  const rest = { bits: 8, orientation: 1 };
  switch (view.getUint32(12)) {
    case 0x56503858: {
      // VP8X: sizes − 1 in 24 bits each; flag 16 says that there is alpha.
      const u24 = (at: number) => view.getUint16(at, true) + view.getUint8(at + 2) * 65536;
      const mode = (view.getUint8(20) & 16) === 0 ? 'rgb' : 'rgb+alpha';
      return { ...rest, width: u24(24) + 1, height: u24(27) + 1, mode };
    }
    case 0x5650384c: {
      // VP8L: 14 bits each, then a flag for alpha.
      const word = view.getUint32(21, true);
      const mode = ((word >>> 28) & 1) === 0 ? 'rgb' : 'rgb+alpha';
      return { ...rest, width: (word & 0x3fff) + 1, height: ((word >>> 14) & 0x3fff) + 1, mode };
    }
    case 0x56503820: {
      const width = view.getUint16(26, true) & 0x3fff;
      return { ...rest, width, height: view.getUint16(28, true) & 0x3fff, mode: 'rgb' };
    }
    default:
      return null;
  }
}

function readBmp(view: DataView): Omit<ImageHeader, 'format'> | null {
  if (view.getUint32(14, true) < 40) return null;
  const depth = view.getUint16(28, true);
  return {
    width: view.getInt32(18, true),
    height: Math.abs(view.getInt32(22, true)),
    bits: 8,
    mode: depth <= 8 ? 'palette' : 'rgb',
    orientation: 1,
  };
}
