/** Windows bitmaps, which sharp does not read: 1, 4, 8, 16, 24 and 32 bits, uncompressed. Alpha is dropped. */
import { type Channels, Image } from '../image.js';
import type { ByteView } from './byte-view.js';
import { CodecError, UnsupportedError } from './codec-error.js';

/** Decodes a bitmap whose header has been read; grey palettes give one channel. */
export function decodeBmp(bytes: ByteView): Image {
  const view = bytes.part(0, bytes.length, true);
  const offset = view.u32(10);
  const headerSize = view.u32(14);
  const width = view.i32(18);
  const height = view.i32(22);
  const depth = view.u16(28);
  const compression = view.u32(30);
  const bitfields = compression === 3 || compression === 6;
  if (compression !== 0 && !(bitfields && depth > 8))
    throw new UnsupportedError(`compression of type ${compression}`);
  if (![1, 4, 8, 16, 24, 32].includes(depth)) throw new UnsupportedError(`${depth} bits per pixel`);
  if (offset < 14 + headerSize)
    throw new CodecError(`pixels at byte ${offset}, within the header of ${14 + headerSize} bytes`);
  const rows = Math.abs(height);
  const stride = Math.ceil((width * depth) / 32) * 4;
  if (offset + stride * (rows - 1) + Math.ceil((width * depth) / 8) > view.length)
    throw new CodecError(`cut off: ${view.length} bytes, ${offset + stride * rows} are announced`);
  const rowAt = (y: number) => offset + (height > 0 ? rows - 1 - y : y) * stride;
  if (depth <= 8) {
    const announced = view.u32(46);
    const entries = announced === 0 ? 2 ** depth : Math.min(announced, 2 ** depth);
    const palette = view.part(14 + headerSize, 14 + headerSize + entries * 4).bytes;
    return paletteImage(view.bytes, { width, height: rows, depth, palette, rowAt });
  }
  const fields = colourMasks(view, depth, bitfields).map(fieldOf);
  const image = new Image(rows, width, 3);
  let to = 0;
  for (let y = 0; y < rows; y++)
    for (let x = 0, from = rowAt(y); x < width; x++, from += depth / 8) {
      const pixel =
        depth === 16
          ? view.u16(from)
          : view.u16(from) +
            view.u8(from + 2) * 65536 +
            (depth === 32 ? view.u8(from + 3) * 2 ** 24 : 0);
      for (const { shift, max } of fields)
        image.data[to++] = Math.trunc((((pixel >>> shift) & max) * 255) / Math.max(1, max));
    }
  return image;
}

/** The bits of red, green and blue in a pixel. */
function colourMasks(view: ByteView, depth: number, bitfields: boolean): number[] {
  if (bitfields) return [54, 58, 62].map((at) => view.u32(at));
  return depth === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff];
}

/** Where the bits of a colour lie in a pixel, and the largest value they hold. */
function fieldOf(mask: number): { shift: number; max: number } {
  let shift = 0;
  while (shift < 31 && ((mask >>> shift) & 1) === 0) shift++;
  return { shift, max: mask >>> shift };
}

interface PaletteLayout {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** Blue, green, red, unused for each entry. */
  readonly palette: Uint8Array;
  rowAt(y: number): number;
}

function paletteImage(
  bytes: Uint8Array,
  { width, height, depth, palette, rowAt }: PaletteLayout,
): Image {
  const grey = palette.every((value, i) => i % 4 === 3 || value === palette[i - (i % 4)]);
  const channels: Channels = grey ? 1 : 3;
  const image = new Image(height, width, channels);
  const perByte = 8 / depth;
  let to = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const byte = bytes[rowAt(y) + Math.floor(x / perByte)] ?? 0;
      const entry = (byte >> (8 - depth * ((x % perByte) + 1))) & (2 ** depth - 1);
      for (let c = 0; c < channels; c++) image.data[to++] = palette[entry * 4 + 2 - c] ?? 0;
    }
  return image;
}
