import { Image } from '../image.js';
import { newBytes, type TakeBytes } from './byte-room.js';

/** A byte for each of the 256 bytes: what a point operation makes of them, in one table for all channels or one each. */
export type ByteTable = Uint8Array;

/** A table from a function of the byte. */
export function byteTable(
  map: (value: number) => number,
  table: ByteTable = new Uint8Array(256),
): ByteTable {
  for (let value = 0; value < 256; value++) table[value] = map(value);
  return table;
}

/**
 * Every byte through `table`: 256 entries for all channels, or 256 for each channel in turn. `take` may give the bytes of
 * the picture itself.
 */
export function mapBytes(image: Image, table: ByteTable, take: TakeBytes = newBytes): Image {
  const { height, width, channels, data } = image;
  const out = take(data.length);
  if (table.length === 256 || channels === 1) {
    for (let i = 0; i < data.length; i++) out[i] = table[data[i] as number] as number;
  } else {
    for (let i = 0; i < data.length; i += 3) {
      out[i] = table[data[i] as number] as number;
      out[i + 1] = table[256 + (data[i + 1] as number)] as number;
      out[i + 2] = table[512 + (data[i + 2] as number)] as number;
    }
  }
  return new Image(height, width, channels, out);
}

/** The negative. */
export function invert(image: Image): Image {
  return mapBytes(
    image,
    byteTable((value) => 255 - value),
  );
}

/** Keeps the upper `bits` (1–8) of every byte. */
export function posterize(image: Image, bits: number): Image {
  const mask = 256 - 2 ** (8 - bits);
  return mapBytes(
    image,
    byteTable((value) => value & mask),
  );
}

/** Inverts the bytes from `threshold` up. */
export function solarize(image: Image, threshold: number): Image {
  return mapBytes(
    image,
    byteTable((value) => (value < threshold ? value : 255 - value)),
  );
}
