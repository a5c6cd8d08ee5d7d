/**
 * Colours for numbers from 0 to 1. In viridis and magma (Smith and van der Walt, 2015, https://bids.github.io/colormap/) equal
 * steps look equally large, in grey print too; turbo (Mikhailov, 2019) is the rainbow for those who miss jet.
 */
import { Image } from '../vision/image.js';

export type Colormap = 'viridis' | 'magma' | 'turbo';

/** Ten colours of each, evenly spaced; those between are mixed. */
const anchors: Readonly<Record<Colormap, readonly number[]>> = {
  viridis: [
    0x440154, 0x482878, 0x3e4a89, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6dcd59, 0xb4de2c,
    0xfde725,
  ],
  magma: [
    0x000004, 0x180f3e, 0x451077, 0x721f81, 0x9f2f7f, 0xcd4071, 0xf1605d, 0xfd9567, 0xfec98d,
    0xfcfdbf,
  ],
  turbo: [
    0x30123b, 0x4662d7, 0x36aaf9, 0x1ae4b6, 0x72fe5e, 0xc7ef34, 0xfaba39, 0xf66b19, 0xcb2a04,
    0x7a0403,
  ],
};

export const colormapNames = Object.keys(anchors) as readonly Colormap[]; // the keys of the record

/** The colour of `value`, 0–1; beyond are the colours of the ends. */
export function colorOf(name: Colormap, value: number): readonly [r: number, g: number, b: number] {
  const list = anchors[name];
  const at = Math.min(Math.max(value, 0), 1) * (list.length - 1);
  const low = list[Math.floor(at)] ?? 0;
  const high = list[Math.ceil(at)] ?? 0;
  const part = (shift: number) => {
    const from = (low >> shift) & 255;
    return Math.round(from + (((high >> shift) & 255) - from) * (at % 1));
  };
  return [part(16), part(8), part(0)];
}

/** The legend of a map: the colours from high, at the top, to low. */
export function colorBar(name: Colormap, height: number, width: number): Image {
  const bar = new Image(height, width, 3);
  for (let y = 0; y < height; y++) {
    const color = colorOf(name, height === 1 ? 1 : 1 - y / (height - 1));
    for (let x = 0; x < width; x++) bar.data.set(color, (y * width + x) * 3);
  }
  return bar;
}
