/** Files with EXIF data as cameras and programs write it, and the pictures they show. */
import { crc32 } from 'node:zlib';
import { Image, type ImageSize } from '../../../src/vision/image.js';

export interface ExifForm {
  /** Byte order: `II` has the lowest byte first. */
  readonly order: 'II' | 'MM';
  /** Bytes of the value: a BYTE, a SHORT or a LONG. */
  readonly bytes: 1 | 2 | 4;
}

export const exifForms: readonly ExifForm[] = (['II', 'MM'] as const).flatMap((order) =>
  ([1, 2, 4] as const).map((bytes) => ({ order, bytes })),
);

/** EXIF data with a width, which is of no interest, and an orientation. */
export function exifBytes(orientation: number, { order, bytes }: ExifForm): Buffer {
  const data = Buffer.alloc(8 + 2 + 2 * 12 + 4);
  const put = (value: number, at: number, size: number) =>
    order === 'II' ? data.writeUIntLE(value, at, size) : data.writeUIntBE(value, at, size);
  const tag = (at: number, name: number, size: 1 | 2 | 4, value: number) => {
    put(name, at, 2);
    put({ 1: 1, 2: 3, 4: 4 }[size], at + 2, 2);
    put(1, at + 4, 4);
    put(value, at + 8, size);
  };
  data.write(order);
  put(42, 2, 2);
  put(8, 4, 4);
  put(2, 8, 2);
  tag(10, 0x100, 4, 7);
  tag(22, 0x112, bytes, orientation);
  return data;
}

/** A JPEG with a segment more: at its start, or behind the frame's. */
export function withSegment(
  jpeg: Uint8Array,
  marker: number,
  content: Uint8Array,
  where: 'first' | 'after frame',
): Buffer {
  const file = Buffer.from(jpeg);
  let at = 2;
  if (where === 'after frame') {
    while (file[at + 1] !== 0xc0) at += 2 + file.readUInt16BE(at + 2);
    at += 2 + file.readUInt16BE(at + 2);
  }
  const head = Buffer.of(0xff, marker, 0, 0);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([file.subarray(0, at), head, content, file.subarray(at)]);
}

/** A PNG with a chunk more: behind its header, or before its end. */
export function withChunk(
  png: Uint8Array,
  name: string,
  content: Uint8Array,
  where: 'first' | 'last',
): Buffer {
  const file = Buffer.from(png);
  const at = where === 'first' ? 33 : file.length - 12;
  const chunk = Buffer.alloc(12 + content.length);
  chunk.writeUInt32BE(content.length);
  chunk.write(name, 4);
  chunk.set(content, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4);
  return Buffer.concat([file.subarray(0, at), chunk, file.subarray(at)]);
}

/** A WebP of the extended form, made of a simple one: with EXIF data behind the picture. */
export function webpWithExif(
  webp: Uint8Array,
  { height, width }: ImageSize,
  content: Uint8Array,
): Buffer {
  const chunk = (name: string, data: Uint8Array) => {
    const padded = Buffer.alloc(8 + data.length + (data.length % 2));
    padded.write(name);
    padded.writeUInt32LE(data.length, 4);
    padded.set(data, 8);
    return padded;
  };
  const canvas = Buffer.alloc(10);
  canvas[0] = 8; // there is EXIF data
  canvas.writeUIntLE(width - 1, 4, 3);
  canvas.writeUIntLE(height - 1, 7, 3);
  const body = [chunk('VP8X', canvas), Buffer.from(webp).subarray(12), chunk('EXIF', content)];
  const riff = Buffer.concat([Buffer.from('RIFF\0\0\0\0WEBP'), ...body]);
  riff.writeUInt32LE(riff.length - 8, 4);
  return riff;
}

/** What a viewer shows of a picture that is stored with an EXIF orientation of 1 to 8. */
export function turned(stored: Image, orientation: number): Image {
  const { height, width, channels, data } = stored;
  const bottom = height - 1;
  const right = width - 1;
  const swap = orientation >= 5;
  const shown = swap ? new Image(width, height, channels) : new Image(height, width, channels);
  // Row 0 of what is stored is the visual top, top, bottom, bottom, left, right, right, left.
  const from: ((y: number, x: number) => readonly [number, number])[] = [
    (y, x) => [y, x],
    (y, x) => [y, right - x],
    (y, x) => [bottom - y, right - x],
    (y, x) => [bottom - y, x],
    (y, x) => [x, y],
    (y, x) => [bottom - x, y],
    (y, x) => [bottom - x, right - y],
    (y, x) => [x, right - y],
  ];
  for (let y = 0, to = 0; y < shown.height; y++)
    for (let x = 0; x < shown.width; x++) {
      const [row, column] = from[orientation - 1]?.(y, x) ?? [y, x];
      for (let c = 0; c < channels; c++)
        shown.data[to++] = data[(row * width + column) * channels + c] ?? 0;
    }
  return shown;
}
