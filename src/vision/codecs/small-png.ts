/**
 * Small plain PNGs, as data sets of digits and icons have them: what sharp needs to begin with a picture takes ten times as long
 * as theirs does. Whatever is not plain (interlaced, more or fewer than 8 bits, a palette, alpha by colour) or not sound is left
 * to sharp, which says what is wrong. https://www.w3.org/TR/png-3/
 */
import { crc32, inflateSync } from 'node:zlib';
import { type Channels, Image } from '../image.js';
import type { ImageHeader } from './header.js';

/** Pixels up to which this is quicker, on one thread, than sharp is on others. */
const mostPixels = 64 * 64;

/** Bytes of a pixel as stored. */
const stored: Partial<Record<ImageHeader['mode'], number>> = {
  grey: 1,
  'grey+alpha': 2,
  rgb: 3,
  'rgb+alpha': 4,
};

const [IHDR, IDAT, IEND, tRNS] = [0x49484452, 0x49444154, 0x49454e44, 0x74524e53];

/** The pixels of a PNG, alpha dropped; null where sharp is to read it. */
export function decodeSmallPng(bytes: Uint8Array, header: ImageHeader): Image | null {
  const { height, width, mode, bits, orientation } = header;
  const size = stored[mode];
  if (size === undefined || bits !== 8 || orientation !== 1) return null;
  if (height * width > mostPixels) return null;
  const packed = soundData(bytes);
  const rows = packed === null ? null : inflated(packed, height * (1 + width * size));
  if (rows === null || !unfilter(rows, height, width * size, size)) return null;
  const channels: Channels = size < 3 ? 1 : 3;
  const image = new Image(height, width, channels);
  const { data } = image;
  for (let y = 0, to = 0; y < height; y++) {
    let from = 1 + y * (1 + width * size);
    for (let x = 0; x < width; x++, from += size)
      for (let c = 0; c < channels; c++) data[to++] = rows[from + c] as number;
  }
  return image;
}

/** What the chunks IDAT hold together, where all chunks are whole and none changes how pixels are read; else null. */
function soundData(bytes: Uint8Array): Uint8Array | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const type = view.getUint32(at + 4);
    const end = at + 8 + length;
    if (end + 4 > bytes.length || crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end))
      return null;
    if (type === IEND) return parts.length === 1 ? (parts[0] ?? null) : Buffer.concat(parts);
    if (type === tRNS || (type === IHDR && !isPlain(bytes, at + 8))) return null;
    if (type === IDAT) parts.push(bytes.subarray(at + 8, end));
    at = end + 4;
  }
  return null; // it has no end
}

/** Whether compression and filters are the usual ones, and rows stand one after the other. */
function isPlain(bytes: Uint8Array, header: number): boolean {
  return bytes[header + 10] === 0 && bytes[header + 11] === 0 && bytes[header + 12] === 0;
}

function inflated(packed: Uint8Array, length: number): Uint8Array | null {
  try {
    const rows = inflateSync(packed, { maxOutputLength: length, chunkSize: Math.max(64, length) });
    return rows.length === length ? rows : null;
  } catch {
    return null;
  }
}

/** Makes bytes of differences to their neighbours, in place. Each row begins with its filter. */
function unfilter(rows: Uint8Array, height: number, rowBytes: number, size: number): boolean {
  const above = -1 - rowBytes;
  for (let y = 0; y < height; y++) {
    const start = 1 + y * (1 + rowBytes);
    const filter = rows[start - 1] as number;
    if (filter > 4) return false;
    if (filter === 0) continue;
    for (let at = start; at < start + rowBytes; at++) {
      const left = at - start < size ? 0 : (rows[at - size] as number);
      const up = y === 0 ? 0 : (rows[at + above] as number);
      const corner = y === 0 || at - start < size ? 0 : (rows[at + above - size] as number);
      rows[at] = (rows[at] as number) + predicted(filter, left, up, corner);
    }
  }
  return true;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const toLeft = Math.abs(up - corner);
  const toUp = Math.abs(left - corner);
  const toCorner = Math.abs(left + up - 2 * corner);
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
