/** Portable bitmaps, greymaps and pixmaps (`P1` to `P6`), as numbers or as bytes, of 1 to 16 bits. */
import { type Channels, Image } from '../image.js';
import type { ByteView } from './byte-view.js';
import { CodecError } from './codec-error.js';
import { PnmWords, readPnmHeader } from './headers/pnm.js';

/** Decodes a file whose header has been read; values are scaled to 0–255. */
export function decodePnm(view: ByteView): Image {
  const header = readPnmHeader(view);
  if (header === null) throw new CodecError('its largest value is not from 1 to 65535');
  const { width, height, kind, max, start } = header;
  const channels: Channels = kind % 3 === 0 ? 3 : 1;
  const samples = width * height * channels;
  requireBytes(view, start, kind, { width, height, samples, max });
  const image = new Image(height, width, channels);
  if (kind > 4 && max === 255) {
    image.data.set(view.bytes.subarray(start, start + samples));
    return image;
  }
  const next = sampleReader(view, kind, width, max, start);
  const table = Uint8Array.from({ length: max + 1 }, (_, value) => toEven((value / max) * 255));
  for (let i = 0; i < samples; i++) {
    const value = next();
    if (value > max) throw new CodecError(`a value ${value} above the largest, ${max}`);
    image.data[i] = table[value] as number;
  }
  return image;
}

/** Rounded, halves to the even number, as Pillow does. */
function toEven(value: number): number {
  const below = Math.floor(value);
  return value - below === 0.5 ? below + (below % 2) : Math.round(value);
}

/** Throws before memory is taken for a picture of which the file has only a part. */
function requireBytes(
  view: ByteView,
  start: number,
  kind: number,
  { width, height, samples, max }: { width: number; height: number; samples: number; max: number },
): void {
  const needed =
    kind === 4
      ? Math.ceil(width / 8) * height
      : kind > 4
        ? samples * (max > 255 ? 2 : 1)
        : kind === 1
          ? samples
          : 2 * samples - 1; // a digit each, and a blank between
  if (start + needed > view.length)
    throw new CodecError(`cut off: ${view.length} bytes, ${start + needed} are announced`);
}

/** Reads one sample after the other. */
function sampleReader(
  view: ByteView,
  kind: number,
  width: number,
  max: number,
  start: number,
): () => number {
  const { bytes } = view;
  if (kind === 4) {
    // Eight pixels in a byte, 1 is black; each row begins a new byte.
    const stride = Math.ceil(width / 8);
    let i = 0;
    return () => {
      const x = i % width;
      const byte = bytes[start + Math.floor(i++ / width) * stride + (x >> 3)] ?? 0;
      return 1 - ((byte >> (7 - (x & 7))) & 1);
    };
  }
  let read = 0;
  if (kind > 4)
    return max > 255 ? () => view.u16(start + 2 * read++) : () => bytes[start + read++] ?? 0;
  const words = new PnmWords(view, start - 1);
  return kind === 1 ? () => 1 - words.bit() : () => words.number();
}
