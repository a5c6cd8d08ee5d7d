import type { Image } from '../image.js';
import { type ByteTable, mapBytes } from './point.js';

/** Stretches each channel so that its darkest byte becomes 0 and its lightest 255. */
export function autocontrast(image: Image): Image {
  return mapBytes(
    image,
    tablePerChannel(image, (counts) => {
      const low = counts.findIndex((count) => count > 0);
      const high = counts.findLastIndex((count) => count > 0);
      if (high <= low) return (value) => value;
      const scale = 255 / (high - low);
      const offset = -low * scale;
      return (value) => Math.max(0, Math.min(255, Math.trunc(value * scale + offset)));
    }),
  );
}

/** Spreads the bytes of each channel so that all occur about equally often. */
export function equalize(image: Image): Image {
  return mapBytes(
    image,
    tablePerChannel(image, (counts) => {
      const last = counts.findLast((count) => count > 0) ?? 0;
      const step = Math.floor((image.height * image.width - last) / 255);
      if (step === 0) return (value) => value;
      let sum = Math.floor(step / 2);
      const levels = Array.from(counts, (count) => {
        const level = Math.min(255, Math.floor(sum / step));
        sum += count;
        return level;
      });
      return (value) => levels[value] ?? value;
    }),
  );
}

function tablePerChannel(
  { channels, data }: Image,
  mapOf: (counts: Int32Array) => (value: number) => number,
): ByteTable {
  const table = new Uint8Array(256 * channels);
  for (let c = 0; c < channels; c++) {
    const counts = new Int32Array(256);
    for (let i = c; i < data.length; i += channels) {
      const value = data[i] as number;
      counts[value] = (counts[value] as number) + 1;
    }
    const map = mapOf(counts);
    for (let value = 0; value < 256; value++) table[c * 256 + value] = map(value);
  }
  return table;
}
